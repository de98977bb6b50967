#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""mutate.py [--mutants N] [--seed N] [--only FILE]: how many small mistakes in the engine the unit tests find.

Each mutant is the engine with one change of one token or line. It is killed when it does not compile without warnings,
a unit test (ctest, with sanitizers) fails, or the engine and README's page (tests/fuzz/page_cases.py) disagree. Prints
those that lived, and the score at the end. Those that mean the same as the engine, as equivalent.tsv says and why, are
not among them. Works in a copy of the checkout, which it removes.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
SOURCES = "plugin/engine/*.c"
EQUIVALENT = Path(__file__).with_name("equivalent.tsv")     # file, the line as it is changed, why it means the same
COPIED = ("CMakeLists.txt", "README.md", "plugin", "stats", "tests")
LONGEST_S = 60          # a mutant that runs for longer has an endless loop, and is killed by that

# What a slip of the pen makes of an operator.
OPERATORS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
             "+": "-", "-": "+", "&": "|", "|": "&", "<<": ">>", ">>": "<<", "+=": "-=", "|=": "&="}
OPERATOR = re.compile(r"(?<= )(?:<<|>>|<=|>=|==|!=|&&|\|\||\+=|\|=|[<>+\-&|])(?= )")
NUMBER = re.compile(r"(?<![\w.\"%])(?:0x[0-9a-f]+|\d+)(?=[UuLl]*\b)", re.IGNORECASE)
CONDITION = re.compile(r"(?<=\bif \()(?=[^()]*(?:\([^()]*\)[^()]*)*\)$)")
RETURN = re.compile(r"(?<=\breturn )(?:true|false)\b")
CALL = re.compile(r"^\s+[a-z_]\w*\([^;]*\);$|^\s+[\w>.\-\[\]*]+ (?:[|+\-&]?=) [^;]*;$|^\s+[\w>.\-]+(?:\+\+|--);$")


@dataclass(frozen=True)
class Mutant:
    path: Path
    line: int           # from 1
    text: str           # of the line, as it is changed

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text.strip() or 'left out'}"


def code_lines(text):
    """(number, line) of lines that hold code and may be changed: no comment, preprocessor or static assertion."""
    comment = False
    for number, line in enumerate(text.splitlines(), 1):
        begins_in_comment, stripped = comment, line.strip()
        comment = (comment or "/*" in line) and line.rfind("*/") < line.rfind("/*") or comment and "*/" not in line
        if not (begins_in_comment or comment or not stripped or stripped.startswith(("#", "/*", "//"))
                or "STATIC_ASSERT" in line or "prefetch" in line):
            yield number, line.split("/*")[0].rstrip()


def in_code(pattern, line):
    """What of a line matches and is not in a string."""
    return (found for found in pattern.finditer(line) if line.count('"', 0, found.start()) % 2 == 0)


def changes_of(line):
    for found in in_code(OPERATOR, line):
        yield line[:found.start()] + OPERATORS[found[0]] + line[found.end():]
    for found in in_code(NUMBER, line):
        yield line[:found.start()] + str(int(found[0], 0) + 1) + line[found.end():]
    for found in CONDITION.finditer(line):
        yield f"{line[:found.start()]}!({line[found.end():-1]}))" if line.endswith(")") else line
    for found in RETURN.finditer(line):
        yield line[:found.start()] + {"true": "false", "false": "true"}[found[0]] + line[found.end():]
    if CALL.match(line):
        yield ""


def mutants_of(path):
    for number, line in code_lines((REPO / path).read_text()):
        for changed in changes_of(line):
            if changed != line:
                yield Mutant(path, number, changed)


def everything():
    """All mutants of the engine but those that mean the same."""
    mutants = [mutant for path in sorted(REPO.glob(SOURCES)) for mutant in mutants_of(path.relative_to(REPO))]
    rows = [line.split("\t") for line in EQUIVALENT.read_text().splitlines() if not line.startswith("#")]
    same = {(path, text) for path, text, why in rows}
    gone = same - {(str(mutant.path), mutant.text.strip()) for mutant in mutants}
    if gone:
        raise SystemExit(f"mutate.py: {EQUIVALENT.name}: the engine has no such mutant (any more): {sorted(gone)}")
    return [mutant for mutant in mutants if (str(mutant.path), mutant.text.strip()) not in same]


class Copy:
    """A built copy of the checkout."""

    def __init__(self, folder):
        self.folder = folder
        for name in COPIED:
            source = REPO / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
        self.run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DBUILD_TESTING=ON",
                 "-DSCANNOISE_WERROR=ON", "-DSCANNOISE_SANITIZE=ON")
        if not self.builds() or not self.passes():
            raise SystemExit("mutate.py: the tests fail without any change")

    def run(self, *command):
        """Whether it succeeds. What runs for too long is ended with all that it has started."""
        started = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True,
                                   env={**os.environ, "G_SLICE": "always-malloc"})     # where leaks are seen
        try:
            return started.wait(LONGEST_S if command[0] != "cmake" else None) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            if started.returncode is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()

    def builds(self):
        return self.run("cmake", "--build", "build", "--target", "unit_tests", "judge_facts")

    def passes(self):
        return (self.run("ctest", "--test-dir", "build", "--stop-on-failure", "-j", "2")
                and self.run(sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                             "tests/fuzz/test_reference.py", "-k", "page_says"))

    def kills(self, mutant):
        path = self.folder / mutant.path
        text = path.read_text()
        lines = text.splitlines()
        lines[mutant.line - 1] = mutant.text
        path.write_text("\n".join(lines) + "\n")
        try:
            return not self.builds() or not self.passes()
        finally:
            path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--mutants", type=int, default=200, help="how many, drawn by chance (200)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws others (1)")
    parser.add_argument("--only", default=SOURCES, help=f"of which files ({SOURCES})")
    wanted = parser.parse_args()
    possible = [mutant for mutant in everything() if mutant.path.match(wanted.only)]
    if not possible:
        parser.error(f"no code in {wanted.only}")
    drawn = random.Random(wanted.seed).sample(possible, min(wanted.mutants, len(possible)))
    killed = 0
    with tempfile.TemporaryDirectory(prefix="scannoise-mutants-") as folder:
        copy = Copy(Path(folder))
        for mutant in drawn:
            if copy.kills(mutant):
                killed += 1
            else:
                print(f"lived: {mutant}", flush=True)
    print(f"{killed} of {len(drawn)} mutants killed, {100 * killed / len(drawn):.0f} %; {len(possible)} are possible")


if __name__ == "__main__":
    main()
