#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# get_peers.sh: installs the meters of flows that bench.py compares with, from Debian 12: argus and
# nfpcapd. They are needed for nothing else.
set -eu
exec apt-get install -y --no-install-recommends argus-server nfdump
