#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [PYTEST-ARGUMENT...]: every test. Sets up what plugin/try.sh does, except that the plugin
# stays in build/, then lints, runs the unit tests (ctest) and those with Wireshark's programs
# (pytest). As root it runs all of them; for an ordinary user the lab of real scanners skips itself.
# Paths among the arguments are from the top of the checkout.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh

test_packages='python3-pytest python3-scapy python3-jsonschema python3-hypothesis
    nmap masscan zmap hping3 thc-ipv6 tcpdump iproute2 valgrind
    wireshark xvfb openbox dbus at-spi2-core python3-gi gir1.2-atspi-2.0 xdotool xclip imagemagick
    fonts-dejavu-core libmaxmind-db-writer-perl
    clickhouse-server clickhouse-client'
lint_packages='clang-format shellcheck'
test_user=scannoise-test

failed=
summary=

# verdict NAME STATUS TEXT: notes a line for the end.
verdict() {
    if [ "$2" -ne 0 ]; then
        failed="$failed $1"
    fi
    summary="$summary$(step "$1" "$3")
"
}

# Wireshark gives root no personal plugins, so root's tests run its programs as this user.
need_test_user() {
    if ! is_root || id "$test_user" >/dev/null 2>&1; then
        return
    fi
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$test_user" ||
        fail "could not make the user $test_user, who runs Wireshark's programs in the tests"
    step user "made $test_user"
}

# keep_service_down PACKAGE: what we install for the tests, which start servers of their own, shall not
# run as a service on somebody's machine. A package that is there already is left alone.
keep_service_down() {
    if [ ! -d /run/systemd/system ] || [ -z "$(missing_packages "$1")" ]; then
        return
    fi
    as_root=
    is_root || as_root='sudo -n'
    $as_root systemctl mask "$1.service" >/dev/null 2>&1 || return 0
    step service "masked $1, which the tests do not need: systemctl unmask $1 to use it"
}

# sources PATTERN...: our files of those names. No name of ours has a space.
sources() {
    for pattern; do
        find plugin stats tests -type f -name "$pattern"
    done
}

layers() {
    pure=$(find plugin/engine stats/distinct.* stats/hours.* stats/output.* stats/rows.* stats/tally.* stats/when.* tests/engine -type f)
    # shellcheck disable=SC2086 # words on purpose
    ! grep -nE '#[[:space:]]*include[[:space:]]*[<"](wireshark|epan|wiretap|wsutil|ws_)' $pure || {
        echo 'above: the engine and the pure half of the statistics know nothing of Wireshark'
        return 1
    }
}

listed() {
    for file in $(sources '*.c'); do
        grep -qwF -e "$file" CMakeLists.txt || echo "$file: not built, as CMakeLists.txt lacks it"
    done | grep . && return 1
    return 0
}

# lint NAME COMMAND...: one rule, left out where its program is not installed.
lint() {
    name=$1
    shift
    if ! command -v "$1" >/dev/null; then
        verdict "$name" 0 "left out, no $1 here"
    elif "$@" >&2; then
        verdict "$name" 0 ok
    else
        verdict "$name" 1 FAILED
    fi
}

lint_all() {
    # shellcheck disable=SC2046 # words on purpose
    lint format clang-format --dry-run -Werror $(sources '*.c' '*.h')
    # shellcheck disable=SC2046
    lint shell shellcheck -x .ci/run .ci/*.sh $(sources '*.sh')
    lint layers layers
    lint listed listed
}

unit_tests() {
    status=0
    ctest --test-dir build --output-on-failure --no-tests=error -O "$logs/ctest.log" || status=$?
    verdict ctest $status "$(grep 'tests passed' "$logs/ctest.log" || echo FAILED)"
}

wireshark_tests() {
    where=tests
    for argument; do
        [ ! -e "${argument%%::*}" ] || where=
    done
    colour=no
    [ ! -t 1 ] || colour=yes
    # Debian's own Python, as its packages are for that one, with no module of the user's; what
    # Python and Hypothesis keep goes to build/. The status crosses the pipe in a file.
    {
        status=0
        SCANNOISE_PLUGIN=$PWD/build/scannoise.so SCANNOISE_TEST_USER=$test_user \
            PYTHONPYCACHEPREFIX=$PWD/build/pycache PYTHONNOUSERSITE=1 PYTHONUNBUFFERED=1 \
            HYPOTHESIS_STORAGE_DIRECTORY=$PWD/build/hypothesis \
            /usr/bin/python3 -m pytest --color=$colour $where "$@" </dev/null 2>&1 || status=$?
        echo $status >"$logs/pytest.status"
    } | tee "$logs/pytest.log"
    verdict pytest "$(cat "$logs/pytest.status")" "$(grep . "$logs/pytest.log" | tail -n 1 | tr -d =)"
}

# In CI a warning is an error and no lint is left out; a user is not bothered with either.
# SCANNOISE_LINT=no leaves them out: every Debian's clang-format has another opinion.
packages=$test_packages
werror=OFF
if [ "${CI:-}" = true ]; then
    werror=ON
    [ "${SCANNOISE_LINT:-}" = no ] || packages="$packages $lint_packages"
fi

begin
keep_service_down clickhouse-server
# shellcheck disable=SC2086 # words on purpose
need_packages $packages
need_test_user
build all -DBUILD_TESTING=ON -DSCANNOISE_WERROR=$werror
[ "${SCANNOISE_LINT:-}" = no ] || lint_all
unit_tests
wireshark_tests "$@"

printf '\n%s' "$summary"
[ -z "$failed" ] || fail "failed:$failed"
