#!/bin/sh
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# windows.sh: compiles the plugin for Windows (x86-64, its universal C library) and links scannoise.dll in
# build/windows. Nothing is run.
#
# Neither Wireshark nor GLib for Windows is in Debian. So the headers are those of this system, with a
# glibconfig.h that says what GLib's own build says there, and the import libraries have the names that this
# system's libraries have. It shows that the sources compile without warnings with Windows' headers and
# types and keep to what C11 has, that the C library has all else they call, that data comes by dllimport,
# and that the four names which Wireshark looks up are exported. It does not show that Wireshark's DLLs
# export what its headers promise, and nothing of how the plugin behaves there.
#
# Microsoft's compiler, with which Wireshark for Windows is built, is not in Debian. So the sources and those of
# the unit tests are read by clang as well, in the part of that compiler: without GNU's extensions, with enumerations
# that are int and what GLib and Wireshark have for it. A header that mingw-w64 has and Microsoft has not is an
# error, and so is a name of POSIX that Microsoft's headers have for old programs only.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. plugin/setup.sh
mingw=x86_64-w64-mingw32
out=build/windows
entries='plugin_register
plugin_version
plugin_want_major
plugin_want_minor'

begin
ask_for_packages gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 clang
install_missing
build scannoise # for the sources that CMake makes
rm -rf "$out"
mkdir -p "$out/include/sys" "$out/objects" "$out/import"

# What differs: long has 32 bits, and what GLib calls the system's is another.
windows_glibconfig() {
    sed -E \
        -e 's/^#define G_OS_UNIX$/#define G_OS_WIN32\n#define G_PLATFORM_WIN32/' \
        -e 's/THREADS_IMPL_POSIX/THREADS_IMPL_WIN32/' \
        -e '/^typedef (un)?signed long g/s/long/long long/' \
        -e '/^#define G_G(U?INT64|S?SIZE|U?INTPTR)_(MODIFIER|FORMAT)/s/"l/"ll/' \
        -e '/^#define G_GU?INT64_CONSTANT/s/##(U?)L\)/##\1LL)/' \
        -e 's/(GLIB_SIZEOF_LONG +)8/\14/' \
        -e 's/G_MAXULONG$/G_MAXUINT64/; s/(G_M(IN|AX)SSIZE.*)LONG$/\1INT64/' \
        -e '/POINTER/s/\(g(u?)long\)/(g\1intptr)/' \
        -e '/^#define GU?LONG_TO/s/INT64/INT32/' \
        -e 's/(G_MODULE_SUFFIX) "so"/\1 "dll"/' \
        -e 's/(G_POLLFD_FORMAT) .*/\1 "%#llx"/; s/(SYSDEF_AF_INET6) .*/\1 23/' \
        -e '/GLIB_HAVE_ALLOCA_H/d' \
        -e 's/^typedef int GPid/typedef void *GPid/; s/(G_PID_FORMAT) "i"/\1 "p"/' \
        -e '/G_DIR_SEP/s|/|\\\\|; /G_SEARCHPATH/s/:/;/' \
        "$(pkg-config --variable=libdir glib-2.0)/glib-2.0/include/glibconfig.h"
}

# no_such_headers: in place of each that Microsoft has not.
no_such_headers() {
    for name in dirent getopt libgen pthread stdatomic strings sys/file sys/param sys/time sys/unistd unistd; do
        echo "#error Microsoft has no $name.h" >"$out/include/$name.h"
    done
}

# microsoft_header: mingw-w64's headers for a compiler that says it is Microsoft's, without the attributes that they have
# in places where that takes none.
microsoft_header() {
    echo '#include <_mingw.h>'
    echo '#undef __attribute__' # defined as nothing there, but clang's own headers need it
    for name in NORETURN DEPRECATED DEPRECATED_MSVC2005 'DEPRECATED_MSG(text)'; do
        printf '#undef __MINGW_ATTRIB_%s\n#define __MINGW_ATTRIB_%s\n' "${name%(*}" "$name"
    done
}

# compile_each LIST COMMAND...: each source of a list, into a file of its own. With NO_OLDNAMES the C library's headers
# have only the names of POSIX that begin with an underscore.
compile_each() {
    list=$1
    shift
    includes=$(pkg-config --cflags-only-I wireshark gio-2.0 | sed 's/-I/-isystem /g')
    version=$(sed -n 's/^project(scannoise VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
    # shellcheck disable=SC2016,SC2086 # the inner shell's, and words on purpose
    xargs -P "$(nproc)" -I SOURCE sh -c 'source=$1 to=$2; shift 2
        exec "$@" "$source" -o "$to/$(echo "$source" | tr / _).o"' sh SOURCE "$out/objects" \
        "$@" -std=c11 -Wall -Wextra -Wpedantic -Wvla -Wno-overlength-strings -Werror -D_UCRT -DNO_OLDNAMES \
        "-DSCANNOISE_VERSION=\"$version\"" -I. -Iplugin "-I$out/include" $includes <"$list"
}

compile() {
    compile_each "$out/sources" "$mingw-gcc" -c -O2 -Wconversion
}

as_microsoft() {
    compile_each "$out/read" clang -fsyntax-only -target x86_64-pc-windows-msvc -fms-compatibility-version=19.29 \
        -nostdlibinc -idirafter /usr/share/mingw-w64/include -include "$out/include/microsoft.h" -U__SIZEOF_INT128__ \
        -Wgnu -Wshorten-64-to-32
}

# link_with LIBRARY...: with these, and what every program on Windows has. Data without dllimport is an error.
# shellcheck disable=SC2120 # logged hands it some
link_with() {
    "$mingw-gcc" -shared -Wl,--disable-auto-import -o "$out/scannoise.dll" "$out"/objects/*.o "$@" -nodefaultlibs \
        -Wl,--start-group -lmingw32 -lmingwex -lgcc -lucrt -lkernel32 -lws2_32 -Wl,--end-group
}

# native_symbols: each of this system's libraries with what it defines: name, DLL, kind.
native_symbols() {
    folder=$(pkg-config --variable=libdir glib-2.0)
    for library in wireshark wsutil wiretap glib-2.0 gio-2.0 gobject-2.0 gmodule-2.0; do
        case $library in *-2.0) dll=$library-0.dll ;; *) dll=lib$library.dll ;; esac
        nm -D --defined-only "$folder/lib$library.so" |
            awk -v dll="$dll" '{ sub(/@.*/, "", $3); print $3, dll, ($2 ~ /[BDRV]/ ? "DATA" : "") }'
    done
}

# import_libraries: of what is undefined without them.
import_libraries() {
    # shellcheck disable=SC2119
    link_with 2>"$out/link.log" && fail 'it links without Wireshark'
    sed -n "s/.*undefined reference to \`\(__imp_\)\{0,1\}\([^']*\)'.*/\2/p" "$out/link.log" | sort -u >"$out/undefined"
    native_symbols | awk -v to="$out/import" '
        NR == FNR { wanted[$1]; next }
        !($1 in wanted) { next }
        !seen[$2]++ { print "LIBRARY \"" $2 "\"\nEXPORTS" >(to "/" $2 ".def") }
        { print "    " $1, $3 >(to "/" $2 ".def"); delete wanted[$1] }
        END { for (name in wanted) print name }' "$out/undefined" - >"$out/unknown"
    [ ! -s "$out/unknown" ] || fail "no library has $(paste -sd ' ' "$out/unknown"); see $PWD/$out/link.log"
    for def in "$out"/import/*.def; do
        "$mingw-dlltool" -d "$def" -l "$def.a"
    done
}

windows_glibconfig >"$out/include/glibconfig.h"
no_such_headers
microsoft_header >"$out/include/microsoft.h"
{
    printf '%s\n' build/labels-csv.c build/names-csv.c build/report-page.c
    sed -nE 's,^    ((plugin|stats)/.*\.c)$,\1,p' CMakeLists.txt
} >"$out/sources"
{
    cat "$out/sources"
    find tests/engine -name '*.c' ! -name test_place.c # as CMakeLists.txt has them for Windows
} >"$out/read"
compile || fail 'it does not compile for Windows'
as_microsoft || fail "Microsoft's compiler would not take it"
import_libraries
logged windows-link.log link_with "$out"/import/*.a || fail 'it does not link for Windows'
exported=$("$mingw-objdump" -p "$out/scannoise.dll" |
    awk '/^\[Ordinal\/Name Pointer\]/ { on = 1; next } on && !NF { exit } on { print $NF }')
[ "$exported" = "$entries" ] || fail "scannoise.dll exports $exported"
step windows "scannoise.dll linked, $(wc -l <"$out/sources") sources," \
    "$(wc -l <"$out/undefined") symbols of $(find "$out/import" -name '*.a' | wc -l) libraries"
