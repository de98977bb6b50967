# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# install.sh: puts plugin, profile and page where Wireshark looks, and takes them away again. plugin/try.sh
# sources it after setup.sh, from the top of the checkout.
#
# Root works in Wireshark's global folders, everybody else in their personal ones. What a user has changed, and
# what a Debian package has installed, stays and is named.

profile='Scan Noise'
offered='Scan Noise (new)'

# folder NAME: where tshark looks for that, as it said in $folders.
folder() {
    printf '%s\n' "$folders" | sed -n "s/^$1:[[:space:]]*//p"
}

find_folders() {
    folders=$(tshark -G folders 2>/dev/null || true)
    global_plugins=$(folder 'Global Plugins')
    personal_plugins=$(folder 'Personal Plugins')
    global_data=$(folder 'Global configuration')
    if is_root; then
        plugins=$global_plugins data=$global_data
    else
        plugins=$personal_plugins data=$(folder 'Personal configuration')
    fi
    if [ -z "$plugins" ] || [ -z "$data" ]; then
        fail "tshark does not say where it looks for plugins: try 'tshark -G folders'"
    fi
}

# put FROM TO: replaces the file by a rename. A running Wireshark keeps the plugin that it has loaded;
# writing into that would end it.
put() {
    if ! { mkdir -p "$(dirname "$2")" && install -m 644 "$1" "$2.new" && mv -f "$2.new" "$2"; }; then
        fail "could not write $2"
    fi
}

# owner FILE: the Debian package that has installed it.
owner() {
    dpkg-query --search "$1" 2>/dev/null | sed -n '1s/[:,].*//p'
}

# prune FOLDER: removes it, and those that it lies in, as long as they are empty.
prune() {
    (cd "$1" 2>/dev/null && pwd -P) | while read -r empty; do
        rmdir -p --ignore-fail-on-non-empty "$empty" 2>/dev/null || true
    done
}

# strays PLUGINS: plugins where a Wireshark of this minor version may find a second one, or once did.
strays() {
    version=$(basename "$1")
    for stray in "$1/scannoise.so" "$(dirname "$1")/scannoise.so" "$1".*/epan/scannoise.so \
        "$(dirname "$1")/$(echo "$version" | tr . -)/epan/scannoise.so"; do
        [ ! -e "$stray" ] || printf '%s\n' "$stray"
    done
}

# take FILE...: removes what is ours to remove, and says so.
take() {
    for file; do
        [ -e "$file" ] || [ -L "$file" ] || continue
        package=$(owner "$file")
        if [ -n "$package" ]; then
            step '' "$file stays: it is of the package $package (apt purge $package)"
        elif rm -f "$file" 2>/dev/null; then
            step '' "removed $file"
            prune "$(dirname "$file")"
        else
            step '' "could not remove $file"
        fi
    done
}

take_strays() {
    strays "$1" | while read -r stray; do
        take "$stray"
    done
}

# The plugin ------------------------------------------------------------------------------------

install_plugin() {
    global=$global_plugins/epan/scannoise.so
    plugin=$plugins/epan/scannoise.so
    whom="for $(id -un)"
    if is_root; then
        whom="for all users, because Wireshark ignores root's personal plugins"
    elif [ -e "$global" ]; then
        plugin=$global
    fi
    if cmp -s build/scannoise.so "$plugin"; then
        step install "$plugin, already there"
    elif [ "$plugin" != "$plugins/epan/scannoise.so" ]; then
        fail "$global is another build, and Wireshark prefers it to a personal one: ask root to" \
            "remove it, or to run plugin/try.sh"
    elif [ -n "$(owner "$plugin")" ]; then
        fail "$plugin is of the package $(owner "$plugin"): remove that first"
    else
        put build/scannoise.so "$plugin"
        step install "$plugin, $whom"
    fi
    leave_one_plugin
    tshark -G plugins 2>/dev/null | grep -q '^scannoise\.so' ||
        fail "$(command -v tshark) does not load the plugin: is it another version than the headers?"
}

# Wireshark warns of two plugins of one name.
leave_one_plugin() {
    take_strays "$plugins"
    if is_root; then
        others_plugins | while read -r other; do
            step '' "$other is a second one, which its owner should remove: Wireshark warns of two"
        done
    elif [ "$plugin" = "$global" ]; then
        take "$personal_plugins/epan/scannoise.so"
    fi
}

# Those in the homes of all users.
others_plugins() {
    getent passwd | cut -d : -f 6 | sort -u | while read -r home; do
        other=$home/.local/lib/wireshark/plugins/$(basename "$plugins")/epan/scannoise.so
        [ ! -e "$other" ] || printf '%s\n' "$other"
    done
}

# The profile -----------------------------------------------------------------------------------

# changed FOLDER: the files there that no version of us had so. Wireshark writes `recent` whenever it ends.
changed() {
    (cd "$1" && find . ! -type d ! -name recent -exec sha256sum {} +) | sed 's, \./, ,' |
        grep -vxFf plugin/profile/shipped.sha256
}

same_profile() {
    [ -d "$2" ] && diff -r --exclude=recent "$1" "$2" >/dev/null
}

# put_profile TO: the new profile in place of one that nobody has changed, with what Wireshark remembers of it.
put_profile() {
    rm -rf "$1.part"
    if ! { mkdir -p "$1.part" && cp "plugin/profile/$profile"/* "$1.part" && chmod -R u=rwX,go=rX "$1.part"; }
    then
        fail "could not write $1"
    fi
    [ ! -f "$1/recent" ] || cp "$1/recent" "$1.part"
    rm -rf "$1"
    mv "$1.part" "$1" || fail "could not write $1"
    step profile "$1"
}

# Wireshark offers the profiles of its global folder to everybody, and copies one to the user's own when it is
# first used: so a user may have a copy that nobody has changed, of an older version.
install_profile() {
    to=$data/profiles/$profile new=$data/profiles/$offered
    if [ ! -d "$to" ] && same_profile "plugin/profile/$profile" "$global_data/profiles/$profile"; then
        step profile "$global_data/profiles/$profile, already there"
    elif same_profile "plugin/profile/$profile" "$to"; then
        step profile "$to, already there"
    elif [ ! -d "$to" ] || ! changed "$to" >/dev/null; then
        put_profile "$to"
    else
        step profile "kept $to, as it was changed; the one of this checkout is offered beside it:"
        if [ ! -d "$new" ] || ! changed "$new" >/dev/null; then
            put_profile "$new"
        fi
        return
    fi
    take_profile "$new"
}

# take_profile FOLDER: removes it if nobody has changed it.
take_profile() {
    if [ ! -d "$1" ]; then
        return
    elif [ -n "$(owner "$1/preferences")" ]; then
        step '' "$1 stays: it is of the package $(owner "$1/preferences")"
    elif changed "$1" >/dev/null; then
        step '' "$1 stays: it was changed"
    elif rm -rf "$1" 2>/dev/null; then
        step '' "removed $1"
        prune "$(dirname "$1")"
    else
        step '' "could not remove $1"
    fi
}

# The page --------------------------------------------------------------------------------------

# It lies in the folder that users put label files into, so the files of the page are listed there.
page_list=.installed

# page_files FOLDER: those that were installed there, a path each.
page_files() {
    if [ -f "$1/$page_list" ]; then
        grep -vE '^/|(^|/)\.\.(/|$)' "$1/$page_list" || true
    else
        echo README.html
        find tests/pictures -name '*.png' -o -name '*.svg'
    fi
}

install_page() {
    to=$data/scannoise
    [ -f build/page/README.html ] || return 0
    if ! is_root && [ ! -e "$to/README.html" ] &&
        cmp -s build/page/README.html "$global_data/scannoise/README.html"; then
        step page "$global_data/scannoise, already there"
        return
    fi
    old=$(page_files "$to")
    mkdir -p "$to" || fail "could not write $to"
    (cd build/page && find . -type f | sed 's,^\./,,' | sort) >"$to/$page_list" ||
        fail "could not write $to/$page_list"
    while read -r file; do
        cmp -s "build/page/$file" "$to/$file" || put "build/page/$file" "$to/$file"
    done <"$to/$page_list"
    printf '%s\n' "$old" | grep -vxFf "$to/$page_list" | while read -r file; do
        rm -f "$to/$file"
    done
    step page "$to"
}

uninstall_page() {
    from=$data/scannoise
    package=$(owner "$from/README.html")
    if [ -n "$package" ]; then
        step '' "$from stays: it is of the package $package"
        return
    fi
    [ ! -e "$from/README.html" ] || step '' "removed the page in $from"
    page_files "$from" | while read -r file; do
        rm -f "$from/$file"
    done
    rm -f "$from/$page_list"
    prune "$from/tests/pictures"
    prune "$from"
}

# All of it -------------------------------------------------------------------------------------

install_all() {
    find_folders
    install_plugin
    install_profile
    install_page
}

# Of this version and others, also of other Wiresharks.
uninstall_all() {
    find_folders
    if is_root; then
        step uninstall 'what plugin/try.sh has installed for all users'
    else
        step uninstall "what plugin/try.sh has installed for $(id -un)"
    fi
    for plugin in "$(dirname "$plugins")"/*/epan/scannoise.so; do
        take "$plugin"
    done
    take_strays "$plugins"
    take_profile "$data/profiles/$profile"
    take_profile "$data/profiles/$offered"
    uninstall_page
    if is_root; then
        others_plugins | while read -r other; do
            step '' "$other stays: its owner may run plugin/try.sh --uninstall"
        done
    elif [ -e "$global_plugins/epan/scannoise.so" ]; then
        step '' "$global_plugins/epan/scannoise.so stays: it is there for all users, and root's to remove"
    fi
}
