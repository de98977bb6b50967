# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# in_tree.cmake: the plugin as a part of Wireshark's own tree, which has found GLib by now and has set how
# everything is compiled. Its plugins are compiled with WERROR_COMMON_FLAGS, each for itself.
include(WiresharkPlugin)
set_module_info(scannoise ${PROJECT_VERSION_MAJOR} ${PROJECT_VERSION_MINOR} ${PROJECT_VERSION_PATCH} 0)

# Of GLib's libraries Wireshark looks for two only; the others lie beside them.
get_filename_component(glib_folder "${GLIB2_LIBRARY}" DIRECTORY)
foreach(name IN ITEMS gio gobject)
    find_library(SCANNOISE_${name}_LIBRARY ${name}-2.0 HINTS "${glib_folder}" REQUIRED)
endforeach()
set(SCANNOISE_GLIB ${GLIB2_LIBRARIES})
set(SCANNOISE_GIO ${SCANNOISE_gio_LIBRARY} ${SCANNOISE_gobject_LIBRARY})
set(SCANNOISE_GMODULE ${GMODULE2_LIBRARIES})
set(SCANNOISE_OPTIONS ${WERROR_COMMON_FLAGS})
set(SCANNOISE_ENGINE_OPTIONS ${WERROR_COMMON_FLAGS})

# As by itself (alone.cmake), where the linker knows it: Apple's and Microsoft's do not.
include(CheckLinkerFlag)
check_linker_flag(C LINKER:-z,defs,-z,relro,-z,now SCANNOISE_LINKER_HAS_Z)
if(SCANNOISE_LINKER_HAS_Z AND NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
    set(SCANNOISE_LINK_OPTIONS LINKER:-z,defs,-z,relro,-z,now)
endif()

# The target checkAPI_scannoise, which every plugin of the tree has.
file(GLOB checked CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" plugin/*.[ch] plugin/engine/*.[ch] stats/*.[ch])
CHECKAPI(NAME scannoise SWITCHES --group dissectors-prohibited --group dissectors-restricted SOURCES ${checked})
