# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# install.cmake: what `cmake --install` puts where, and the target that takes it away again.

# Wireshark looks for plugins under its own prefix only: that one is the default. A packager's
# CMAKE_INSTALL_PREFIX, --prefix and DESTDIR work as everywhere.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set_property(CACHE CMAKE_INSTALL_PREFIX PROPERTY VALUE "${Wireshark_INSTALL_PREFIX}")
endif()
set(SCANNOISE_PLUGIN_DIR "${Wireshark_PLUGIN_LIBDIR}/epan" CACHE STRING
    "Where to install the plugin: the folder that Wireshark scans, .../plugins/<version>/epan")
set(SCANNOISE_NEW .scannoise-new) # a folder, where Wireshark looks for no plugin
install(TARGETS scannoise LIBRARY DESTINATION "${SCANNOISE_PLUGIN_DIR}/${SCANNOISE_NEW}")
configure_file(plugin/packaging/replace.cmake.in install-replace.cmake @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/install-replace.cmake")
set(SCANNOISE_DATA_DIR "share/wireshark" CACHE STRING
    "Where to install the profile and README's page: Wireshark's global configuration folder")
install(DIRECTORY "plugin/profile/Scan Noise" DESTINATION "${SCANNOISE_DATA_DIR}/profiles")

# README's page, for Wireshark's Tools menu; without the program that makes it the menu has no such entry.
find_program(CMARK_GFM cmark-gfm)
if(CMARK_GFM)
    file(GLOB pictures tests/pictures/*.png tests/pictures/*.svg)
    add_custom_command(
        OUTPUT page/README.html
        COMMAND "${CMAKE_COMMAND}" "-DCMARK=${CMARK_GFM}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
                "-DPAGE=${PROJECT_BINARY_DIR}/page" -P "${PROJECT_SOURCE_DIR}/plugin/page/page.cmake"
        DEPENDS README.md plugin/page/page.cmake plugin/page/page.html.in ${pictures}
        VERBATIM
    )
    add_custom_target(page ALL DEPENDS page/README.html)
    add_dependencies(scannoise page)
    install(DIRECTORY "${PROJECT_BINARY_DIR}/page/" DESTINATION "${SCANNOISE_DATA_DIR}/scannoise")
else()
    message(STATUS "No cmark-gfm: README's page is not made")
endif()

add_custom_target(uninstall
    COMMAND "${CMAKE_COMMAND}" "-DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt"
            "-DSHIPPED=${PROJECT_SOURCE_DIR}/plugin/profile/shipped.sha256"
            -P "${PROJECT_SOURCE_DIR}/plugin/packaging/uninstall.cmake"
    VERBATIM)
