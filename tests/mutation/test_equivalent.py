# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the list of mutants that mean the same is one of mutants that there are."""
import mutate
import pytest


def test_the_list_is_of_this_engine():
    rows = [line.split("\t") for line in mutate.EQUIVALENT.read_text().splitlines() if not line.startswith("#")]
    assert rows and all(len(row) == 3 and row[2] for row in rows)
    listed = {(path, text) for path, text, _ in rows}
    assert len(listed) == len(rows)
    assert not listed & {(str(mutant.path), mutant.text.strip()) for mutant in mutate.everything()}


def test_a_mutant_that_is_gone_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mutate, "EQUIVALENT", tmp_path / "equivalent.tsv")
    mutate.EQUIVALENT.write_text("plugin/engine/plain.c\treturn NOTHING_LIKE_IT;\tit was there once\n")
    with pytest.raises(SystemExit, match=r"equivalent\.tsv.*plain\.c.*NOTHING_LIKE_IT"):
        mutate.everything()
