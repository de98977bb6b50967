#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# platform.sh SUITE TEST...: builds the checkout in a tree of Debian SUITE, runs its unit tests and
# these with Wireshark's programs, and leaves the package in build/packages/SUITE and what the runners have run in
# SCANNOISE_RESULTS (see tests/run.sh).
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
suite=$1
shift
packages=build/packages/$suite
results=${SCANNOISE_RESULTS:-build/log/results-$suite}

tree=$(sh .ci/tree.sh "$suite" dpkg-dev file)

rm -rf "$tree/src" "$packages"
mkdir -p "$tree/src" "$packages" "$results"
rm -f "$results"/*.xml
tar -cf - --exclude='./build*' --exclude=./.git . | tar -xf - -C "$tree/src" --no-same-owner

status=0
sh .ci/inside.sh "$tree" env CI=true SCANNOISE_LINT=no sh /src/tests/run.sh "$@" || status=1
cp "$tree"/src/build/log/results/*.xml "$results" || status=1
sh .ci/inside.sh "$tree" sh -c 'cd /src/build && cpack' >"$packages/cpack.log" 2>&1 || {
    cat "$packages/cpack.log"
    status=1
}
cp "$tree"/src/build/*.deb "$packages" || status=1
exit $status
