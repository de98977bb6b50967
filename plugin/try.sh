#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# try.sh [--uninstall]: from a checkout on Debian to the statistics of a capture. Installs what is missing (on a
# terminal it asks before), builds, installs the plugin, its profile and its page for the user who runs it, and
# shows it at work. Run again, it does what is left. With --uninstall it removes all three, whichever version
# installed them.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh
. plugin/install.sh

capture=tests/captures/home-line.pcapng

case $* in
'') ;;
--uninstall)
    uninstall_all
    exit
    ;;
*) fail "plugin/try.sh takes nothing, or --uninstall" ;;
esac

begin
ask_for_packages
install_missing
build scannoise -DSCANNOISE_WERROR=OFF
install_all
step show "tshark -q -r $capture -z scannoise,stat"
tshark -q -r "$capture" -z scannoise,stat
