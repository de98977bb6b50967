# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages' commands that run every test, typed where what they start is short: which scripts, tests and packages'
trees they start, and that what these leave is counted."""
import os
import shutil
import subprocess

import pytest

from pages import REPO, page_says

PROGRAM = "#!/bin/sh\n# In place of one of the system's.\n"
# In place of a step of CI: notes how it was started, and leaves what test runners leave.
STEP = """tr '\\0' ' ' </proc/$$/cmdline >>started; echo >>started
for runner in checkers ctest pytest pytest-beside; do
    echo '<testsuite tests="1"><testcase name="test_a"/></testsuite>' >"$SCANNOISE_RESULTS/$runner.xml"
done
exit 0
"""
# In place of ctest: notes what the real one says.
CTEST = 'while [ "$1" != -O ]; do shift; done; echo "100% tests passed, 0 tests failed out of 1" >"$2"'
# In place of git and CMake: note what was typed and where, and leave what is looked for next.
GIT = 'echo "$PWD: git $*" >>NOTES; [ "$1" != clone ] || mkdir -p "$3/plugin" "$3/stats"'
CMAKE = """echo "$PWD: cmake $*" >>NOTES
mkdir -p BUILD/run
case "$*" in
-S*) echo "build run/libwireshark.so.1 run/libwireshark.so: LINK epan/epan" >BUILD/build.ninja ;;
*"--target scannoise") touch BUILD/run/scannoise.so ;;
esac
"""
IN_TREE = ("git clone CHECKOUT plugins/epan/scannoise",
           "cmake -S . -B ../in-tree -G Ninja -DCUSTOM_PLUGIN_SRC_DIR=plugins/epan/scannoise",
           "cmake --build ../in-tree --target scannoise",
           "cmake --build ../in-tree --target checkAPI_scannoise")
TEST = "def test_made():\n    assert {}\n"


class Checkout:
    """Of the scripts alone, where nothing is built: of root, on a machine on which every package is installed."""

    def __init__(self, folder):
        self.folder, self.programs = folder, folder / "programs"
        for made in ("plugin", ".ci", "tests/wireshark", "programs", "cache"):
            (folder / made).mkdir(parents=True)
        for name in ("plugin/setup.sh", ".ci/run", ".ci/count.py", "tests/run.sh", "tests/user.sh"):
            shutil.copy(REPO / name, folder / name)
        self.program("dpkg-query", 'shift 3; for name; do echo "$name installed"; done')
        self.program("cmake", 'echo "$*" >>configured')
        self.program("useradd", "exit 0")
        self.program("ctest", CTEST)
        self.program("id", 'case "$*" in -u) echo 0 ;; *) exec /usr/bin/id "$@" ;; esac')

    def program(self, name, script):
        (self.programs / name).write_text(PROGRAM + script + "\n")
        (self.programs / name).chmod(0o755)

    def short_steps(self):
        """Puts a short script in place of each that CI starts."""
        for path in (*(REPO / ".ci").glob("*.sh"), REPO / "tests/run.sh"):
            (self.folder / path.relative_to(REPO)).write_text(STEP)

    def types(self, command):
        """(exit status, what it says)"""
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("SCANNOISE_", "CI"))}
        environment |= {"PATH": f"{self.programs}:{os.environ['PATH']}", "SCANNOISE_CI_CACHE": str(self.folder / "cache"),
                        "SCANNOISE_LINT": "no"}
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
        return done.returncode, done.stdout


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@page_says(".ci/run")
def test_ci_counts_every_step(checkout, command):
    checkout.short_steps()
    status, said = checkout.types(command)
    started = (checkout.folder / "started").read_text().splitlines()
    assert status == 0 and len(started) == len(set(started)) >= 4, said
    assert said.splitlines()[-1] == f"{4 * len(started)} passed, 0 failed, 0 skipped"


def test_ci_fails_with_one_of_its_steps(checkout):
    """Whose tests have all passed."""
    checkout.short_steps()
    (checkout.folder / ".ci/packages.sh").write_text(STEP.replace("exit 0", "echo the disk is full; exit 3"))
    status, said = checkout.types(".ci/run debian12 packages")
    assert status == 1 and said.splitlines()[-1] == "8 passed, 1 failed, 0 skipped"
    assert "error          the disk is full" in said


def test_ci_counts_nothing_of_an_earlier_run(checkout):
    checkout.short_steps()
    assert checkout.types(".ci/run packages")[0] == 0
    (checkout.folder / ".ci/packages.sh").write_text("exit 0\n")
    status, said = checkout.types(".ci/run packages")
    assert status == 1 and said.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


@page_says("sh tests/run.sh")
def test_ci_runs_every_test(checkout, command):
    """As its first step CI types what the page says: so all of it has been run where CI is green."""
    checkout.short_steps()
    assert checkout.types(".ci/run debian12")[0] == 0
    assert (checkout.folder / "started").read_text().split("\n")[0].strip() == command


def test_ci_takes_warnings_for_errors(checkout):
    """In the plugin with sanitizers as well, for which the compiler looks at the code in another way."""
    (checkout.folder / "tests/test_a.py").write_text(TEST.format(True))
    status, said = checkout.types("CI=true sh tests/run.sh tests/test_a.py")
    built = [line for line in (checkout.folder / "configured").read_text().splitlines() if line.startswith("-S ")]
    assert status == 0 and any("-DSCANNOISE_SANITIZE=ON" in line for line in built), said
    assert [line for line in built if "-DSCANNOISE_WERROR=ON" not in line] == []


@page_says("sh tests/run.sh tests/wireshark/test_flows.py")
def test_only_some_tests(checkout, command):
    """Which pytest runs, and no others."""
    (checkout.folder / "tests/pytest.ini").write_text("[pytest]\n")
    (checkout.folder / "tests/wireshark/test_flows.py").write_text(TEST.format(True))
    (checkout.folder / "tests/wireshark/test_other.py").write_text(TEST.format(False))
    status, said = checkout.types(command)
    assert status == 0 and "1 passed" in said, said
    assert "testcase" in (checkout.folder / "build/log/results/pytest.xml").read_text()
    assert checkout.types("sh tests/run.sh")[0] == 1, "here they are all"


@pytest.fixture(scope="module")
def in_tree(tmp_path_factory):
    """(a checkout in which CI's step for Wireshark's tree was run, what it has typed and where, its results)"""
    made = Checkout(tmp_path_factory.mktemp("in_tree"))
    for name in (".ci/in_tree.sh", "plugin/README.md"):
        shutil.copy(REPO / name, made.folder / name)
    (made.folder / "source/plugins/epan").mkdir(parents=True)
    (made.folder / ".ci/wireshark_source.sh").write_text(f"echo {made.folder}/source\n")
    (made.folder / "tests/wireshark/test_table.py").write_text(TEST.format(True))
    for name, script in (("git", GIT), ("cmake", CMAKE)):
        made.program(name, script.replace("NOTES", f"{made.folder}/notes").replace("BUILD", f"{made.folder}/build/in-tree"))
    for name in ("ctest", "perl", "python3"):
        made.program(name, "exit 0")
    status, said = made.types("sh .ci/in_tree.sh")
    assert status == 0, said
    return made.folder, (made.folder / "notes").read_text().splitlines(), made.folder / "build/log/results-intree"


@pytest.mark.parametrize("command", IN_TREE)
def test_ci_types_the_pages_commands_in_wiresharks_tree(in_tree, command):
    """In its source's folder, with folders of CI's own, and options behind it."""
    folder, typed, _ = in_tree
    wanted = command.replace("CHECKOUT", f"{folder}/build/in-tree-checkout").replace("../in-tree", f"{folder}/build/in-tree")
    line, = [line for line in typed if f"{line} ".startswith(f"{folder}/source: {wanted} ")]
    assert ("-DENABLE_WERROR=ON" in line) == (" -S " in command)


def test_libwireshark_is_the_one_that_is_installed(in_tree):
    folder, _, results = in_tree
    links = {path.name: path.readlink().name for path in (folder / "build/in-tree/run").glob("libwireshark.so*")}
    assert links == dict.fromkeys(("libwireshark.so", "libwireshark.so.1"), "libwireshark.so")
    assert "libwireshark" not in (folder / "build/in-tree/build.ninja").read_text()
    assert (results / "checkers.xml").read_text().count("<testcase") == 5
