#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [PYTEST-ARGUMENT...]: every test. Sets up what plugin/try.sh does (on a terminal it asks before it
# changes the machine), except that the plugin stays in build/, then lints, runs the unit tests (ctest) and
# those with Wireshark's programs (pytest). As root it runs all of them; for an ordinary user the lab of real
# scanners skips itself. Paths among the arguments are from the top of the checkout.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh
. tests/user.sh

test_packages='python3-pytest python3-scapy python3-jsonschema python3-hypothesis
    nmap masscan zmap hping3 thc-ipv6 tcpdump iproute2 valgrind
    wireshark xvfb openbox dbus at-spi2-core python3-gi gir1.2-atspi-2.0 xdotool xclip imagemagick
    fonts-dejavu-core libmaxmind-db-writer-perl chromium chromium-driver python3-selenium
    dpkg-dev file fakeroot sqlite3 zstd git nftables'
# Ordinary programs, for the lab: what they send is not to be called a scan.
program_packages='aria2 bind9-dnsutils curl dnsmasq-base haproxy iputils-ping iputils-tracepath isc-dhcp-client
    mtr-tiny ngircd onesixtyone pnscan prometheus-blackbox-exporter rsyslog tftp-hpa tftpd-hpa traceroute
    unbound vsftpd wireguard-go wireguard-tools'
# Services of all these that shall not run here.
services='clickhouse-server haproxy ngircd prometheus-blackbox-exporter rsyslog tftpd-hpa unbound vsftpd'
clickhouse_packages='clickhouse-server clickhouse-client' # Debian 12's; later ones have none
lint_packages='clang-format shellcheck clang clang-tidy cppcheck libclang-rt-14-dev gcovr'
# How long to fuzz, in seconds: Wireshark's programs, and the engine alone; and how many streams of
# packets to compare with the reference.
: "${SCANNOISE_FUZZ_SECONDS:=60}" "${SCANNOISE_FUZZ_ENGINE_SECONDS:=60}" "${SCANNOISE_FUZZ_STREAMS:=1500}"
export SCANNOISE_FUZZ_SECONDS SCANNOISE_FUZZ_STREAMS
# Where the runners note what they have run, a JUnit file each.
results=${SCANNOISE_RESULTS:-$PWD/$logs/results}

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

# wanted FOLDER ARGUMENT...: whether tests of the folder are among those to run.
wanted() {
    folder=$1 named=
    shift
    for argument; do
        [ -e "${argument%%::*}" ] || continue
        named=yes
        case $argument in "$folder"* | tests | tests/) return 0 ;; esac
    done
    [ -z "$named" ]
}

# keep_down SERVICE...: what we install for the tests, which start servers of their own, shall not run as a
# service on somebody's machine. A package that is there already is left alone.
keep_down() {
    [ -d /run/systemd/system ] || return 0
    for service; do
        case " $missing " in *" $service "*) ;; *) continue ;; esac
        $as_root systemctl mask "$service.service" >/dev/null 2>&1 || continue
        step service "masked $service, which the tests do not need: systemctl unmask $service to use it"
    done
}

# sources PATTERN...: our files of those names. No name of ours has a space.
sources() {
    for pattern; do
        find plugin stats tests -type f -name "$pattern"
    done
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
    lint listed listed
    lint cppcheck cppcheck -j "$(nproc)" --quiet --enable=warning,performance,portability --std=c11 \
        --error-exitcode=1 -Iplugin -I. plugin stats
    if [ "${CI:-}" = true ] && [ "${SCANNOISE_LINT:-}" != no ]; then
        lint tidy tidy
        lint analyzer also analyzer all -DSCANNOISE_ANALYZE=ON -DSCANNOISE_WERROR=ON
    fi
}

# also NAME TARGET OPTION...: another build, in build/NAME.
also() {
    also_name=$1 target=$2
    shift 2
    logged "configure-$also_name.log" cmake -S . -B "build/$also_name" "$@" &&
        logged "build-$also_name.log" cmake --build "build/$also_name" --parallel "$(nproc)" \
            --target "$target"
}

# With clang's own compile commands, as it does not know all of gcc's options.
tidy() {
    logged configure-fuzz.log cmake -S . -B build/fuzz -DCMAKE_C_COMPILER=clang \
        -DSCANNOISE_FUZZ=ON || return 1
    # shellcheck disable=SC2016 # a variable of the inner shell
    logged tidy.log sh -c 'find plugin stats -name "*.c" | xargs -n 8 -P "$1" clang-tidy -p build/fuzz --quiet' - "$(nproc)"
}

# The engine alone, under libFuzzer, from seeds that reach each edge earlier runs have reached. A failing
# input is a file in build/fuzz, and becomes one of the seeds when it is mended. Its status is in a file, as it runs
# beside others.
fuzz_engine() {
    status=0
    rm -f "$logs"/fuzz-engine.*
    also fuzz fuzz_engine -DCMAKE_C_COMPILER=clang -DSCANNOISE_FUZZ=ON || status=1
    mkdir -p build/fuzz/corpus
    [ "$status" -ne 0 ] || logged fuzz-engine.log build/fuzz/fuzz_engine -max_len=1500 \
        -max_total_time="$SCANNOISE_FUZZ_ENGINE_SECONDS" -print_final_stats=1 \
        -artifact_prefix=build/fuzz/ build/fuzz/corpus tests/fuzz/seeds || status=$?
    echo $status >"$logs/fuzz-engine.status"
}

verdict_of_fuzz() {
    verdict fuzz "$(cat "$logs/fuzz-engine.status")" "$(grep -s '^Done' "$logs/fuzz-engine.log" || echo FAILED)"
}

# Lines and branches of engine and statistics that the unit tests run, and those of the others that add most to them.
coverage() {
    status=0
    also coverage all -DSCANNOISE_COVERAGE=ON -DBUILD_TESTING=ON || status=1
    GCOV_PREFIX=$(mktemp -d)
    export GCOV_PREFIX
    # Root's unit tests and the test user's Wireshark note into the same files.
    chmod 0777 "$GCOV_PREFIX"
    logged coverage-ctest.log sh -c 'umask 0; exec ctest --test-dir build/coverage' || status=1
    SCANNOISE_PLUGIN=$PWD/build/coverage/scannoise.so SCANNOISE_TEST_USER=$test_user \
        PYTHONNOUSERSITE=1 logged coverage-pytest.log /usr/bin/python3 -B -m pytest \
        tests/wireshark/test_table.py tests/wireshark/test_several_users.py tests/wireshark/test_origins.py \
        tests/wireshark/test_files.py tests/report/test_report_file.py tests/report/test_report_compare.py || status=1
    cp -r "$GCOV_PREFIX$PWD/build/coverage/." build/coverage/ || status=1
    rm -rf "$GCOV_PREFIX"
    unset GCOV_PREFIX
    gcovr --root . --filter plugin/engine --filter stats --print-summary --fail-under-line 95 \
        --fail-under-branch 85 build/coverage >"$logs/coverage.log" 2>&1 || status=$?
    verdict coverage "$status" "$(grep -E '^(lines|branches)' "$logs/coverage.log" | tr '\n' ' ')"
}

# Today's ClickHouse, for its test, which fails in CI where it is missing.
get_chdb() {
    SCANNOISE_CHDB=${SCANNOISE_CI_CACHE:-$PWD/build}/chdb
    export SCANNOISE_CHDB
    status=0
    logged chdb.log sh tests/captures_db/chdb/get.sh "$SCANNOISE_CHDB" || status=1
    verdict chdb "$status" "npm install: status $status"
}

unit_tests() {
    status=0
    ctest --test-dir build --output-on-failure --no-tests=error -O "$logs/ctest.log" \
        --output-junit "$results/ctest.xml" || status=$?
    verdict ctest $status "$(grep 'tests passed' "$logs/ctest.log" || echo FAILED)"
}

# run_pytest NAME ARGUMENT...: its status in a file, as a pipe is around it. Debian's own Python, as its packages
# are for that one, with no module of the user's; what Python and Hypothesis keep goes to build/.
run_pytest() {
    log=$logs/pytest$1 junit=$results/pytest$1.xml
    shift
    colour=no
    [ ! -t 1 ] || colour=yes
    {
        status=0
        SCANNOISE_PLUGIN=$PWD/build/scannoise.so SCANNOISE_TEST_USER=$test_user \
            PYTHONPYCACHEPREFIX=$PWD/build/pycache PYTHONNOUSERSITE=1 PYTHONUNBUFFERED=1 \
            HYPOTHESIS_STORAGE_DIRECTORY=$PWD/build/hypothesis \
            /usr/bin/python3 -m pytest --color=$colour --junit-xml="$junit" "$@" </dev/null 2>&1 || status=$?
        echo $status >"$log.status"
    } | tee "$log.log"
}

verdict_of_pytest() {
    verdict "pytest$1" "$(cat "$logs/pytest$1.status")" "$(grep . "$logs/pytest$1.log" | tail -n 1 | tr -d =)"
}

# split FOLDER-OR-FILE...: sets main and beside to those that are run one after another and those that are run beside
# them, which take about as long: what starts servers, browsers, windows and hosts waits for them much of the time.
# With other arguments to nothing.
split() {
    main='' beside=
    [ $# -gt 0 ] || set -- tests/*/
    for argument; do
        [ -e "$argument" ] || {
            main=
            return
        }
        case ${argument%/} in
        tests/gui | tests/report | tests/captures_db | tests/lab | tests/fuzz) beside="$beside $argument" ;;
        tests/packages) ;;
        *) main="$main $argument" ;;
        esac
    done
}

wireshark_tests() {
    where=tests
    for argument; do
        [ ! -e "${argument%%::*}" ] || where=
    done
    main='' beside=
    [ "${CI:-}" != true ] || split "$@"
    if [ -z "$main" ] || [ -z "$beside" ]; then
        run_pytest '' $where "$@"
        verdict_of_pytest ''
        return
    fi
    # shellcheck disable=SC2086 # words on purpose
    {
        run_pytest -beside $beside >/dev/null &
        run_pytest '' $main
    }
    wait $!
    cat "$logs/pytest-beside.log"
    verdict_of_pytest ''
    verdict_of_pytest -beside
}

# In CI a warning is an error and no lint is left out; a user is not bothered with either.
# SCANNOISE_LINT=no leaves them out: every Debian's clang-format has another opinion.
packages=$test_packages
chdb=
if wanted tests/captures_db "$@"; then
    packages="$packages $clickhouse_packages"
    # Nobody gets half a gigabyte who only runs the tests.
    [ "${CI:-}" != true ] || chdb=wanted
fi
if wanted tests/lab "$@"; then
    packages="$packages $program_packages"
fi
werror=OFF
if [ "${CI:-}" = true ]; then
    werror=ON
    [ "${SCANNOISE_LINT:-}" = no ] || packages="$packages $lint_packages"
fi
# Debian's, unless there are others, which do not go together with them.
if [ -n "$chdb" ] && ! { command -v node && command -v npm; } >/dev/null; then
    packages="$packages nodejs npm"
fi

begin
# shellcheck disable=SC2086 # words on purpose
ask_for_packages $packages
# shellcheck disable=SC2086
keep_down $services
install_missing
need_test_user
mkdir -p "$results"
rm -f "$results"/*.xml
[ -z "$chdb" ] || get_chdb
build all -DBUILD_TESTING=ON -DSCANNOISE_WERROR=$werror
[ "${SCANNOISE_LINT:-}" = no ] || lint_all
unit_tests
# The tests of damaged captures want a plugin with sanitizers.
also sanitized scannoise -DSCANNOISE_SANITIZE=ON -DSCANNOISE_WERROR=$werror ||
    fail "the build with sanitizers failed; all it said is in $PWD/$logs/build-sanitized.log"
wireshark_tests "$@"
if [ "${CI:-}" = true ] && [ "${SCANNOISE_LINT:-}" != no ]; then
    fuzz_engine &
    coverage
    wait $!
    verdict_of_fuzz
fi

printf '\n%s' "$summary"
[ -z "$failed" ] || fail "failed:$failed"
