# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# setup.sh: packages and build, the steps that plugin/try.sh and tests/run.sh share. They source it
# from the top of the checkout, and hand it over with `set -eu`.

# What the build needs, tshark to run it, and jq, which README's commands take; the names are the same in Debian 12 and later.
build_packages='gcc libc6-dev make cmake pkgconf libglib2.0-dev wireshark-dev tshark cmark-gfm libjs-chart.js
    jq'

logs=build/log

# step NAME TEXT...: the one line that a step prints.
step() {
    name=$1
    shift
    printf '%-9s %s\n' "$name" "$*"
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

# logged LOG COMMAND...: runs it with its output in build/log/LOG; shows the end of that if it fails.
logged() {
    log=$logs/$1
    shift
    "$@" >"$log" 2>&1 </dev/null && return
    tail -n 20 "$log" | sed 's/^/    /' >&2
    return 1
}

begin() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        fail "this is not a Debian system. Needed: Wireshark 4.0 or later with its development files," \
            "tshark, GLib's development files, pkg-config, a C compiler, CMake; then:" \
            "cmake -B build && cmake --build build && cmake --install build"
    fi
    if ! mkdir -p "$logs" 2>/dev/null || [ ! -w build ] || [ ! -w "$logs" ]; then
        [ -e build ] && place=$PWD/build || place=$PWD
        fail "$(id -un) cannot write to $place, which belongs to $(stat -c %U "$place"):" \
            "work in a checkout of your own"
    fi
    # What root builds in somebody's checkout stays that somebody's.
    if is_root; then
        trap 'chown -hR --reference=. build' EXIT
    fi
}

# missing_packages NAME...: those that are not installed.
missing_packages() {
    # dpkg-query fails when it knows nothing of one of them; its list is right all the same.
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    for package; do
        printf '%s\n' "$installed" | grep -qFx "$package installed" || printf '%s ' "$package"
    done
}

# agree QUESTION: what whoever sits at the terminal says to it; as with apt, an empty line is a yes, and the end of
# the input a no. In CI, and where no terminal is, nobody is asked.
agree() {
    if [ ! -t 0 ] || [ "${CI:-}" = true ]; then
        return 0
    fi
    printf '%s [Y/n] ' "$1"
    read -r answer || answer=n
    case $answer in
    '' | [Yy] | [Yy][Ee][Ss]) return 0 ;;
    *) return 1 ;;
    esac
}

# ask_for_packages [NAME...]: says what is missing of the build's packages and these, and asks whether
# install_missing shall install it, as root or with a sudo that asks nothing.
ask_for_packages() {
    # shellcheck disable=SC2086 # words on purpose
    set -- $build_packages "$@"
    missing=$(missing_packages "$@")
    missing=${missing% }
    as_root=
    if [ -z "$missing" ]; then
        step packages 'all there'
        return
    fi
    if ! is_root; then
        sudo -n true 2>/dev/null ||
            fail "missing packages, and no right to install them. Ask root to run:" \
                "apt-get install --no-install-recommends $missing"
        as_root='sudo -n'
    fi
    step packages "missing: $missing"
    agree 'Install them, and what they depend on, with apt-get?' || fail 'nothing was installed, as you wish'
}

# install_missing: what ask_for_packages has asked for.
install_missing() {
    [ -n "$missing" ] || return 0
    step packages 'installing them'
    # A list of packages that could not be updated in part may do; if not, the installation says so.
    # shellcheck disable=SC2086
    logged apt-update.log $as_root apt-get -q -o DPkg::Lock::Timeout=300 update || true
    # shellcheck disable=SC2086
    logged apt-install.log $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing ||
        fail "apt-get could not install the packages; all it said is in $PWD/$logs/apt-install.log"
}

# build TARGET OPTION...: configures with CMake's OPTIONs and builds; what is up to date stays.
build() {
    target=$1
    shift
    # A checkout that was moved or copied with its build folder has to be configured afresh.
    if [ -f build/CMakeCache.txt ] && ! grep -qFx "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" build/CMakeCache.txt
    then
        set -- --fresh "$@"
    fi
    logged configure.log cmake -S . -B build "$@" ||
        fail "CMake could not configure; all it said is in $PWD/$logs/configure.log"
    logged build.log cmake --build build --parallel "$(nproc)" --target "$target" ||
        fail "the build failed; all it said is in $PWD/$logs/build.log"
    step build "$PWD/build/scannoise.so"
}
