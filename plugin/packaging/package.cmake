# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# package.cmake: what cpack makes a Debian package of. It holds whatever `cmake --install` installs,
# and depends on the one Wireshark that can load it: the plugin lies in the folder of that version.

# Without what cpack finds the dependencies with, the plugin builds all the same.
find_program(SCANNOISE_DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(SCANNOISE_FILE file)
mark_as_advanced(SCANNOISE_DPKG_SHLIBDEPS SCANNOISE_FILE)
if(NOT SCANNOISE_DPKG_SHLIBDEPS OR NOT SCANNOISE_FILE)
    message(STATUS "cpack will make no package: that needs Debian's packages dpkg-dev and file")
    return()
endif()

# Two folders, or two days, make the same bytes: the time in the package is that of the last commit,
# or of this file where the sources were unpacked from an archive. SOURCE_DATE_EPOCH overrides it.
find_package(Git QUIET)
if(GIT_FOUND)
    execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" log -1 --format=%ct
                    OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT epoch)
    file(TIMESTAMP "${CMAKE_CURRENT_LIST_FILE}" epoch %s UTC)
endif()

# The library's package, such as libwireshark16, for a dependency on this one minor version: Wireshark
# compares that with the plugin's. What dpkg-shlibdeps adds knows only the library's functions.
get_target_property(library epan LOCATION)
execute_process(COMMAND dpkg-query --search "${library}" OUTPUT_VARIABLE owner ERROR_QUIET)
if(NOT owner MATCHES "^([a-z0-9.+-]+)[:,]")
    message(STATUS "cpack will make no package: ${library} belongs to none itself")
    return()
endif()
set(library_package "${CMAKE_MATCH_1}")
set(series "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
math(EXPR next_minor "${Wireshark_MINOR_VERSION} + 1")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME scannoise)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}+ws${series}")
set(CPACK_PACKAGE_CONTACT "Scan Noise <scannoise@users.noreply.invalid>" CACHE STRING
    "Whom the package names as its maintainer: Name <address>")
set(CPACK_PACKAGING_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_BINARY_DIR}/package-time.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_BINARY_DIR}/package-finish.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${PROJECT_BINARY_DIR}/package-seal.cmake")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
string(JOIN ", " CPACK_DEBIAN_PACKAGE_DEPENDS
    "${library_package} (>= ${series})"
    "${library_package} (<< ${Wireshark_MAJOR_VERSION}.${next_minor}~)"
    "tshark | wireshark")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS wireshark)
set(CPACK_DEBIAN_PACKAGE_ENHANCES "wireshark, tshark")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Wireshark plugin that shows who scans an Internet line")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Marks unsolicited scan packets and backscatter in a capture, so that they can
be filtered, coloured and followed, and counts them by port, scanner,
technique and IP version, in Wireshark's Statistics menu and in tshark -z.

This build is for Wireshark ${series}.")

foreach(script IN ITEMS time finish seal)
    configure_file(plugin/packaging/${script}.cmake.in package-${script}.cmake @ONLY)
endforeach()
include(CPack)
