#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# tree.sh SUITE [PACKAGE...]: a folder with a minimal Debian SUITE (trixie, sid ...), or with one that
# has these packages. Makes it, or renews the one that an earlier run kept, and prints its path.
# As root. Trees are kept in SCANNOISE_CI_CACHE; their mirror is the one this machine's apt uses.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

suite=$1
shift
trees=${SCANNOISE_CI_CACHE:-/var/cache/scannoise-ci}
bare=$trees/$suite
log=$trees/$suite.log

say() {
    printf '%s: %s\n' "$suite" "$*" >&2
}

fail() {
    tail -n 20 "$log" >&2
    say "error: $*; all that was said is in $log"
    exit 1
}

mirror() {
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    # shellcheck disable=SC2016 # apt's variable, not the shell's
    apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' \
        "Codename: $codename" | head -n 1
}

# apt_settings: how this machine's apt reaches its mirror.
apt_settings() {
    apt-config dump --format '%f "%v";%n' Acquire::http Acquire::https Acquire::Retries \
        Acquire::Check-Valid-Until Acquire::Check-Date
}

apt() {
    sh .ci/inside.sh "$tree" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1
}

make_bare() {
    proxy=
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy="$proxy"
    rm -rf "$bare.part"
    debootstrap --variant=minbase "$suite" "$bare.part" "$from" >"$log" 2>&1 ||
        fail "debootstrap could not make a tree"
    mv "$bare.part" "$bare"
    say "made a tree with debootstrap"
}

# renew: what the suite has today. A tree of an earlier day will do when that cannot be installed.
renew() {
    echo "deb $from $suite main" >"$tree/etc/apt/sources.list"
    apt_settings >"$tree/etc/apt/apt.conf.d/90machine"
    echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/90tree" # a tree need not survive a power cut
    if ! { apt update && apt upgrade --with-new-pkgs && apt clean; }; then
        say "warning: could not be renewed, so the tree is of $(date -r "$tree.date" +%F); see $log"
        return
    fi
    touch "$tree.date"
}

mkdir -p "$trees"
: >"$log"
from=$(mirror)
if [ -z "$from" ]; then
    apt-get -q update >>"$log" 2>&1 || true
    from=$(mirror)
fi
[ -n "$from" ] || fail "this machine's apt has no mirror of Debian"

tree=$bare
if [ ! -d "$bare" ]; then
    make_bare
    touch "$bare.date"
fi
renew
if [ $# -gt 0 ]; then
    tree=$bare-build
    if [ -d "$tree" ]; then
        renew
    else
        rm -rf "$tree.part"
        cp -a "$bare" "$tree.part"
        mv "$tree.part" "$tree"
        touch "$tree.date"
    fi
    apt install --no-install-recommends "$@" || fail "apt-get could not install $*"
fi
echo "$tree"
