#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# get.sh FOLDER: has npm install chdb, which is today's ClickHouse and half a gigabyte, below FOLDER, in the
# version that package.json names. Does nothing when it is there. Which registry that is, npm's settings say.
set -eu

[ $# -eq 1 ] || {
    echo 'usage: get.sh FOLDER' >&2
    exit 2
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
! cmp -s "$here/package.json" "$1/package.json" || exit 0

rm -rf "$1" "$1.part"
mkdir -p "$1.part"
cp "$here/package.json" "$1.part"
cd "$1.part"
npm install --no-package-lock --no-audit --no-fund --ignore-scripts
# The library is optional to npm, so a missing one is no error of its.
node -e 'require("chdb")'
cd "$here"
mv "$1.part" "$1"
