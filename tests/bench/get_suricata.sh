#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# get_suricata.sh FOLDER: fetches Suricata from Debian 12's backports, since Debian 12 itself has no
# Suricata, Snort or Zeek, and unpacks it below FOLDER. Installs nothing: bench.py runs it from there.
set -eu

[ $# -eq 1 ] || {
    echo 'usage: get_suricata.sh FOLDER' >&2
    exit 2
}
command -v apt-get >/dev/null || {
    echo 'get_suricata.sh: no apt-get here' >&2
    exit 1
}
mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial"
folder=$(CDPATH='' cd -- "$1" && pwd)

for suite in 'debian bookworm' 'debian bookworm-updates' 'debian-security bookworm-security' \
    'debian bookworm-backports'; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/$suite main"
done >"$folder/apt/sources.list"

# apt's own way, with lists and a cache of our own: what is installed stays as it is.
apt() {
    apt-get -q -y -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::Lists="$folder/apt/lists" -o Dir::Cache="$folder/apt" \
        -o DPkg::Lock::Timeout=300 "$@"
}

apt update
apt install --download-only --no-install-recommends -t bookworm-backports suricata
for package in "$folder"/apt/archives/*.deb; do
    dpkg -x "$package" "$folder"
done
rm -r "$folder/apt"
