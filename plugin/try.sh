#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# try.sh: from a checkout on Debian to the statistics of a capture. Installs what is missing, builds,
# installs the plugin, its profile and its page for the user who runs it, and shows it at work. Run
# again, it does what is left.
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

# install_folder NAME FROM TO: copies a folder that belongs to us alone.
install_folder() {
    if [ -d "$3" ] && diff -r "$2" "$3" >/dev/null; then
        step "$1" "$3, already there"
        return
    fi
    if ! { mkdir -p "$3" && rm -rf "$3" && cp -R "$2" "$3" && chmod -R u=rwX,go=rX "$3"; }; then
        fail "could not write $3"
    fi
    step "$1" "$3"
}

# Wireshark offers the profiles of its global folder to everybody, and copies one to the user's own
# when it is first used. There it writes to it, so one that is there stays.
install_profile() {
    from='plugin/profile/Scan Noise'
    to="$configuration/profiles/Scan Noise"
    if is_root || [ ! -e "$to" ] || diff -r "$from" "$to" >/dev/null; then
        install_folder profile "$from" "$to"
    else
        step profile "kept yours, $to: it is not the one of this checkout (remove it to get that)"
    fi
}

begin
need_packages
build scannoise -DSCANNOISE_WERROR=OFF
install_plugin
if is_root; then
    configuration=$(folder 'Global configuration')
else
    configuration=$(folder 'Personal configuration')
fi
install_profile
install_folder page build/page "$configuration/scannoise"
step show "tshark -q -r $capture -z scannoise,stat"
tshark -q -r "$capture" -z scannoise,stat
