#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# packages.sh: the tests of the packages, each in a fresh minimal tree of its Debian. Those of Debian 13
# and sid are what platform.sh left in build/packages; Debian 12's is made by the tests.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
for suite in bookworm trixie sid; do
    sh .ci/tree.sh "$suite"
done
PYTHONPYCACHEPREFIX=$PWD/build/pycache PYTHONNOUSERSITE=1 PYTHONUNBUFFERED=1 \
    exec /usr/bin/python3 -m pytest --junit-xml="${SCANNOISE_RESULTS:-build/log/results}/pytest.xml" tests/packages
