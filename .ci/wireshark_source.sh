#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# wireshark_source.sh: prints the path of the source, as Debian has it, of the Wireshark that is installed here. Gets
# it, or takes what an earlier run kept in SCANNOISE_CI_CACHE. With a configuration of apt's of its own: the machine's
# sources and lists stay as they are.
set -eu
version=$(dpkg-query -W -f '${source:Version}' wireshark-dev)
cache=${SCANNOISE_CI_CACHE:-/var/cache/scannoise-ci}/wireshark-source
source=$cache/$version
log=$cache/log

fail() {
    tail -n 20 "$log" >&2
    printf 'error: %s; all that was said is in %s\n' "$*" "$log" >&2
    exit 1
}

source_lines() {
    # shellcheck disable=SC2016 # apt's variables, not the shell's
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Identifier: Packages' 'Origin: Debian' | sort -u
}

apt() {
    apt-get -q -o Dir::Etc::sourcelist="$cache/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$cache/apt/lists" -o Dir::Cache="$cache/apt" -o APT::Sandbox::User=root \
        "$@" >>"$log" 2>&1
}

# download: from one archive after the other, as one may list a version whose files only another still has.
download() {
    source_lines | while read -r line; do
        echo "$line" >"$cache/apt/sources.list"
        if apt update && (cd "$cache/apt" && apt source --download-only "wireshark=$version"); then
            break
        fi
    done
    [ -e "$cache/apt/wireshark_$version.dsc" ]
}

get() {
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
    : >"$log"
    rm -f "$cache"/apt/wireshark_*
    download || fail "this machine's archives of Debian have no source of wireshark $version"
    rm -rf "$source.part"
    dpkg-source --no-check -x "$cache/apt/wireshark_$version.dsc" "$source.part" >>"$log" 2>&1 ||
        fail "dpkg-source could not unpack wireshark $version"
    rm -f "$cache"/apt/wireshark_*
    mv "$source.part" "$source"
}

[ -d "$source" ] || get
echo "$source"
