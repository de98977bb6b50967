# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests of the packages: what cpack makes, and fresh Debian trees to install it in.

Run by .ci/packages.sh, as root. The trees of SCANNOISE_CI_CACHE are never written to: each test module
gets a copy of its own.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from making import REPO, make_package   # noqa: E402  (the line above makes them importable)
from tree import Tree                   # noqa: E402

PACKAGES = REPO / "build/packages"
TREES = Path(os.environ.get("SCANNOISE_CI_CACHE", "/var/cache/scannoise-ci"))
SUITES = ("bookworm", "trixie", "sid")


@pytest.fixture(scope="session")
def scratch():
    folder = Path(tempfile.mkdtemp(prefix="scannoise-packages-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def own_package(scratch):
    """Debian 12's package, made from this checkout."""
    return make_package(REPO, scratch / "build")


@pytest.fixture(scope="session")
def package_of(own_package):
    """package_of(suite) -> its package's file."""
    def find(suite):
        if suite == "bookworm":
            return own_package
        found = list((PACKAGES / suite).glob("*.deb"))
        assert len(found) == 1, f"'.ci/platform.sh {suite}' makes one package, but there are {found}"
        return found[0]
    return find


@pytest.fixture(scope="module", params=SUITES)
def suite(request):
    return request.param


@pytest.fixture(scope="module")
def package(suite, package_of):
    return package_of(suite)


@pytest.fixture(scope="session")
def fresh_tree(scratch):
    """fresh_tree(suite) -> a Tree with nothing installed."""
    def copy(suite):
        root = Path(tempfile.mkdtemp(dir=scratch)) / suite
        subprocess.run(["cp", "-a", TREES / suite, root], check=True)
        return Tree(root)
    return copy


@pytest.fixture(scope="module")
def tree(suite, fresh_tree):
    made = fresh_tree(suite)
    yield made
    shutil.rmtree(made.root)


@pytest.fixture(scope="module")
def control(package):
    """control(field) -> what the package says there."""
    def field(name):
        return subprocess.run(["dpkg-deb", "--field", package, name], check=True, capture_output=True,
                              text=True).stdout.strip()
    return field


@pytest.fixture(scope="module")
def series(control):
    """The Wireshark that the package is for, such as "4.0"."""
    return re.fullmatch(r".*\+ws(\d+\.\d+)", control("Version"))[1]
