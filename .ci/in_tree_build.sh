#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# in_tree_build.sh PLUGIN-FOLDER: in the build folder of Wireshark's tree builds the plugin's unit tests and the plugin.
#
# The compiler and the linker get what Wireshark's build has for them, but for libwireshark, which takes too long
# to build: the plugin is linked with the one that is installed, of the same version.
set -eu
inside=$1

# The engine and the tally need nothing of Wireshark's: ninja builds them as anywhere.
tests=$(ctest --test-dir "$inside" --show-only | sed -n 's/^ *Test *#[0-9]*: //p')
# shellcheck disable=SC2086 # words on purpose
ninja scannoise-tally $tests

# The plugin, by the commands that ninja would run for it once it had built libwireshark.
ninja -t commands scannoise >all.txt
grep "/$inside && .*cmake" all.txt >generate.txt
grep "$inside/CMakeFiles/scannoise\.dir/[^ ]*\.o -c " all.txt >compile.txt
tail -n 1 all.txt | sed -E 's#run/lib(wireshark|wiretap|wsutil)\.so[^ ]*#-l\1#g' >link.txt
sh -e ./generate.txt
xargs --delimiter='\n' --max-procs="$(nproc)" --max-args=1 sh -c <compile.txt
sh -e ./link.txt
