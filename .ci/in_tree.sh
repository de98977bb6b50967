#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# in_tree.sh: builds the plugin as a part of Wireshark's own tree, by the commands that plugin/README.md has for it but
# with warnings as errors, runs its unit tests and the tests of the table with it, and Wireshark's checkers over it. As
# root on Debian 12.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh
. tests/user.sh

top=$PWD
build=$top/build/in-tree
checkout=$top/build/in-tree-checkout
results=${SCANNOISE_RESULTS:-$top/$logs/results-intree}
inside=plugins/epan/scannoise

# typed WORDS [OPTION...]: the one command of the page with these words, as it stands there, in the folder of
# Wireshark's source; with our folders for the page's, and the options behind it.
typed() {
    command=$(sed -n "/^## In Wireshark's own tree/,/^## /{/^\`\`\`$/,/^\`\`\`$/p}" "$top/plugin/README.md" | grep -e "$1") ||
        fail "plugin/README.md has no command with '$1'"
    shift
    command=$(printf '%s\n' "$command" | sed "s#CHECKOUT#$checkout#; s#\.\./in-tree#$build#")
    (cd "$source" && eval "$command \"\$@\"")
}

# make_checkout: of what is here, committed or not.
make_checkout() {
    rm -rf "$checkout"
    mkdir "$checkout"
    tar -cf - --exclude='./build*' --exclude=./.git . | tar -xf - -C "$checkout" --no-same-owner
    git -C "$checkout" init -q
    git -C "$checkout" add -A
    git -C "$checkout" -c user.name=CI -c user.email=ci@users.noreply.invalid commit -q -m 'What is here'
}

copy() {
    rm -rf "${source:?}/$inside"
    make_checkout
    logged in-tree-clone.log typed '^git clone' || fail 'the checkout could not be cloned'
}

# take_libraries: those of Wireshark that are installed, of the same version, in the places of those that the build
# would make first, which takes an hour. Ninja takes a file that no rule makes as it is; and what the libraries are
# made of, which stands before the plugin as well, is emptied.
take_libraries() {
    libdir=$(pkg-config --variable=libdir glib-2.0)
    rules=$build/build.ninja
    mkdir -p "$build/run"
    sed -nE 's#^build (run/lib(wireshark|wiretap|wsutil)[.]so[^:]*):.*#\1#p' "$rules" | tr ' ' '\n' | while read -r path; do
        name=${path#run/}
        ln -s "$libdir/${name%%.so*}.so" "$build/$path"
    done
    awk -v RS= -v ORS='\n\n' '
        /(^|\n)build run\/lib(wireshark|wiretap|wsutil)[.]so/ { next }
        match($0, /(^|\n)build (cmake_object_order_depends_target_)?(epan|wiretap|wsutil)[^ :]*: phony/) {
            $0 = substr($0, 1, RSTART + RLENGTH - 1)
        }
        { print }' "$rules" >"$rules.new"
    mv "$rules.new" "$rules"
}

# configure: the graphical program and its Qt are not needed for a plugin.
configure() {
    rm -rf "$build"
    logged in-tree-configure.log typed '^cmake -S' -DENABLE_WERROR=ON -DBUILD_TESTING=ON -DBUILD_wireshark=OFF ||
        fail "Wireshark's CMake could not configure; all it said is in $top/$logs/in-tree-configure.log"
    take_libraries
}

# build_tests: the plugin's unit tests alone, not all of Wireshark's.
build_tests() {
    tests=$(ctest --test-dir "$build/$inside" --show-only | sed -n 's/^ *Test *#[0-9]*: //p')
    # shellcheck disable=SC2086 # words on purpose
    cmake --build "$build" --target $tests
}

# build_all: warnings that -Werror leaves warnings are errors here as well.
build_all() {
    if ! { typed '--target scannoise$' && build_tests; } >"$logs/in-tree-build.log" 2>&1 </dev/null ||
        grep 'warning:' "$logs/in-tree-build.log"; then
        tail -n 20 "$logs/in-tree-build.log"
        fail "the build in Wireshark's tree failed; all it said is in $top/$logs/in-tree-build.log"
    fi
    plugin=$(find "$build/run" -name scannoise.so)
    step build "$plugin"
}

# check NAME COMMAND...: one of Wireshark's checkers; what it warns of is an error here.
check() {
    name=$1
    shift
    status=0
    "$@" >"$top/$logs/in-tree-$name.log" 2>&1 </dev/null || status=1
    if [ $status -ne 0 ] || grep -E '^(Warning|Error|Unused|.* [Ww]arning:)|^[1-9][0-9]* (warnings|errors)' \
        "$top/$logs/in-tree-$name.log"; then
        tail -n 20 "$top/$logs/in-tree-$name.log"
        wrong=$((wrong + 1))
        cases="$cases<testcase name='$name'><failure/></testcase>"
        step "$name" FAILED
    else
        cases="$cases<testcase name='$name'/>"
        step "$name" clean
    fi
}

# In the source's folder. The Python checkers look for paths below epan/dissectors.
check_all() {
    wrong=0 cases=
    ours=$(find $inside/plugin $inside/stats -name '*.[ch]')
    # shellcheck disable=SC2086 # words on purpose
    named=$(printf -- '--file ../../%s\n' $ours)
    check checkAPIs typed '--target checkAPI_scannoise$'
    # shellcheck disable=SC2086 # words on purpose
    {
        check checkhf perl tools/checkhf.pl $ours
        check typed_item_calls python3 -B tools/check_typed_item_calls.py --consecutive --label --mask $named
        check tfs python3 -B tools/check_tfs.py $named
    }
    check licenses python3 -B tools/checklicenses.py $inside
    printf "<testsuite name='checkers'>%s</testsuite>\n" "$cases" >"$results/checkers.xml"
    [ $wrong -eq 0 ]
}

begin
ask_for_packages git dpkg-dev ninja-build g++ flex perl python3 libgcrypt20-dev libc-ares-dev libpcre2-dev libspeexdsp-dev \
    libpcap-dev python3-pytest python3-scapy python3-jsonschema python3-hypothesis
install_missing
need_test_user
mkdir -p "$results"
rm -f "$results"/*.xml
source=$(sh .ci/wireshark_source.sh)
step source "$source"
copy
configure
build_all

status=0
(cd "$source" && check_all) || status=1
ctest --test-dir "$build/$inside" --output-on-failure --no-tests=error --output-junit "$results/ctest.xml" || status=1
SCANNOISE_PLUGIN=$plugin SCANNOISE_TEST_USER=$test_user PYTHONPYCACHEPREFIX=$top/build/pycache PYTHONNOUSERSITE=1 \
    PYTHONUNBUFFERED=1 /usr/bin/python3 -m pytest --junit-xml="$results/pytest.xml" tests/wireshark/test_table.py || status=1
exit $status
