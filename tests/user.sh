# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# user.sh: who runs Wireshark's programs in the tests that root starts. To be sourced after plugin/setup.sh.

test_user=scannoise-test

# Wireshark gives root no personal plugins, so root's tests run its programs as this user.
need_test_user() {
    if ! is_root || id "$test_user" >/dev/null 2>&1; then
        return
    fi
    agree "The tests run Wireshark's programs as the user $test_user, who is not there yet. Make that one?" ||
        fail "root's tests need the user $test_user"
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$test_user" ||
        fail "could not make the user $test_user, who runs Wireshark's programs in the tests"
    step user "made $test_user"
}
