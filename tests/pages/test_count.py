# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
""".ci/count.py, which decides whether CI is green: of what the runners themselves write, and of made files."""
import subprocess

import pytest

from pages import REPO

PASSES = '<testcase classname="test_a" name="test_a" time="0.1" status="run"><system-out/></testcase>'
FAILS = '<testcase classname="test_b" name="test_b" status="fail"><failure message=""/></testcase>'
LACKS = '<testcase classname="test_c" name="test_c" status="notrun"><skipped message="Unable to find"/></testcase>'
DISABLED = '<testcase classname="test_d" name="test_d" status="disabled"><system-out>Disabled</system-out></testcase>'


def suite(*cases, tests=None):
    """A file as ctest writes it."""
    return f'<?xml version="1.0"?>\n<testsuite tests="{len(cases) if tests is None else tests}" time="3">{"".join(cases)}</testsuite>'


class Steps:
    """What steps of CI have left."""

    def __init__(self, logs):
        self.logs = logs

    def leaves(self, step, status="0 12", log="the last words\n\n", **files):
        folder = self.logs / f"step-{step}"
        folder.mkdir()
        (folder / "status").write_text(status)
        (folder / "log").write_text(log)
        for runner, content in files.items():
            (folder / f"{runner}.xml").write_text(content)

    def count(self, *steps):
        """(exit status, the lines that it says)"""
        done = subprocess.run(["/usr/bin/python3", REPO / ".ci/count.py", self.logs, *steps], capture_output=True,
                              text=True, timeout=60)
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()


@pytest.fixture
def steps(tmp_path):
    return Steps(tmp_path)


def test_all_passed(steps):
    steps.leaves("debian12", ctest=suite(PASSES, PASSES), pytest=suite(PASSES))
    steps.leaves("sid", ctest=suite(PASSES))
    status, said = steps.count("debian12:ctest,pytest", "sid:ctest")
    assert status == 0 and said[-1] == "4 passed, 0 failed, 0 skipped"
    assert [line.split() for line in said[1:4]] == [["debian12,", "12", "s"], "ctest 2 passed in 3 s".split(),
                                                    "pytest 1 passed in 3 s".split()]


@pytest.mark.parametrize("case, line, sum_of_all", [
    (FAILS, "    failed test_b", "1 passed, 1 failed, 0 skipped"),
    (LACKS, "    skipped test_c", "1 passed, 0 failed, 1 skipped"),
    (DISABLED, "    skipped test_d", "1 passed, 0 failed, 1 skipped")])
def test_a_test_that_has_not_passed(steps, case, line, sum_of_all):
    steps.leaves("sid", ctest=suite(PASSES, case))
    status, said = steps.count("sid:ctest")
    assert status == 1 and line in said and said[-1] == sum_of_all


@pytest.mark.parametrize("content, why", [
    ("", "no element found"), (suite(PASSES, PASSES)[:-30], "unclosed token"), (suite(), "no tests in it"),
    (suite(PASSES, tests=2), "fewer tests in it than it says")], ids=("empty", "cut off", "no tests", "too few"))
def test_a_file_that_tells_nothing(steps, content, why):
    steps.leaves("sid", ctest=suite(PASSES), pytest=content)
    status, said = steps.count("sid:ctest")
    assert status == 1 and said[-1] == "1 passed, 1 failed, 0 skipped"
    assert [line for line in said if line.startswith("error") and "pytest.xml" in line and why in line], said


def test_a_runner_that_left_nothing(steps):
    steps.leaves("sid", ctest=suite(PASSES))
    status, said = steps.count("sid:ctest,pytest")
    assert status == 1 and said[-1] == "1 passed, 1 failed, 0 skipped"
    assert any("step-sid/pytest.xml" in line for line in said)


@pytest.mark.parametrize("runners", ["", ":ctest"])
def test_a_step_that_broke(steps, runners):
    """Where no test failed, and where there is none."""
    steps.leaves("sid", status="2 7", **({"ctest": suite(PASSES)} if runners else {}))
    status, said = steps.count("sid" + runners)
    assert status == 1 and "error          the last words" in said
    assert said[-1] == f"{len(runners) and 1} passed, 1 failed, 0 skipped"


def test_a_step_that_never_ended(steps):
    steps.leaves("sid", ctest=suite(PASSES))
    (steps.logs / "step-sid/status").unlink()
    assert steps.count("sid:ctest")[0] == 1


def test_a_step_without_tests(steps):
    """It need not have any, and says so; only the steps that are named count."""
    steps.leaves("alone")
    steps.leaves("of an earlier run", ctest=suite(FAILS))
    assert steps.count("alone") == (0, ["", "alone, 12 s", "no tests       and exit status 0", "",
                                        "0 passed, 0 failed, 0 skipped"])


def test_what_pytest_writes(steps):
    (steps.logs / "test_made.py").write_text("""
import pytest
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_passes(): pass
def test_fails(): assert False
def test_breaks(broken): pass
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert False
""")
    (steps.logs / "test_unread.py").write_text("import nothing_of_this_name\n")
    steps.leaves("sid")
    subprocess.run(["/usr/bin/python3", "-B", "-m", "pytest", "--continue-on-collection-errors", f"--rootdir={steps.logs}",
                    f"--junit-xml={steps.logs}/step-sid/pytest.xml", "-p", "no:cacheprovider", steps.logs],
                   capture_output=True, timeout=60)
    status, said = steps.count("sid:pytest")
    assert status == 1 and said[-1] == "1 passed, 3 failed, 2 skipped"
    assert {line.strip() for line in said if line.startswith("    ")} == {
        "failed test_unread", "failed test_made::test_fails", "failed test_made::test_breaks",
        "skipped test_made::test_skipped", "skipped test_made::test_expected"}


def test_what_ctest_writes(steps):
    (steps.logs / "CTestTestfile.cmake").write_text("""
add_test(passes true)
add_test(fails false)
add_test(unbuilt nothing-of-this-name)
add_test(disabled true)
set_tests_properties(disabled PROPERTIES DISABLED 1)
""")
    steps.leaves("sid")
    subprocess.run(["ctest", "--test-dir", steps.logs, "--output-junit", steps.logs / "step-sid/ctest.xml"],
                   capture_output=True, timeout=60)
    status, said = steps.count("sid:ctest")
    assert status == 1 and said[-1] == "1 passed, 1 failed, 2 skipped"
