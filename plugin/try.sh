#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# try.sh: from a checkout on Debian to the statistics of a capture. Installs what is missing, builds,
# installs the plugin for the user who runs it, and shows it at work. Run again, it does what is left.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh

capture=tests/captures/home-line.pcapng

# folder NAME: where tshark looks for that ("Personal Plugins", "Global Plugins").
folder() {
    tshark -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p"
}

install_plugin() {
    global=$(folder 'Global Plugins')/epan/scannoise.so
    personal=$(folder 'Personal Plugins')/epan/scannoise.so
    plugin=$global
    whom="for all users, because Wireshark ignores root's personal plugins"
    if ! is_root && [ ! -e "$global" ]; then
        plugin=$personal
        whom="for $(id -un)"
    fi
    if cmp -s build/scannoise.so "$plugin"; then
        step install "$plugin, already there"
    elif is_root || [ "$plugin" = "$personal" ]; then
        install -D -m 644 build/scannoise.so "$plugin" || fail "could not write $plugin"
        step install "$plugin, $whom"
    else
        fail "$global is another build, and Wireshark prefers it to a personal one: ask root to" \
            "remove it, or to run plugin/try.sh"
    fi
    if ! is_root && [ "$plugin" = "$global" ] && [ -e "$personal" ]; then
        rm -f "$personal"
        step '' "removed $personal: Wireshark warns of two"
    fi
    tshark -G plugins 2>/dev/null | grep -q '^scannoise\.so' ||
        fail "$(command -v tshark) does not load the plugin: is it another version than the headers?"
}

begin
need_packages
build scannoise -DSCANNOISE_WERROR=OFF
install_plugin
step show "tshark -q -r $capture -z scannoise,stat"
tshark -q -r "$capture" -z scannoise,stat
