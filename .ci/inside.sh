#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# inside.sh TREE COMMAND...: runs a command as root in a tree, with a /proc of its own and nothing of
# the caller's environment. What it leaves running ends with it, and nothing stays mounted.
set -eu
tree=$1
shift
[ ! -e /etc/resolv.conf ] || cp -L --remove-destination /etc/resolv.conf "$tree/etc/resolv.conf"
exec unshare --mount --pid --fork --kill-child --mount-proc="$tree/proc" chroot "$tree" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC "$@"
