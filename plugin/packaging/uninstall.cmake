# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# uninstall.cmake: removes what `cmake --install` has installed, and the folders that are empty then.
#
#     [DESTDIR=...] cmake -DMANIFEST=BUILD/install_manifest.txt -DSHIPPED=plugin/profile/shipped.sha256 -P FILE
#
# A profile that somebody has changed stays, and is named.
cmake_minimum_required(VERSION 3.20)
if(NOT EXISTS "${MANIFEST}")
    message(FATAL_ERROR "There is no ${MANIFEST}: `cmake --install` was not run in this build folder")
endif()
file(STRINGS "${MANIFEST}" installed)
file(STRINGS "${SHIPPED}" shipped)
set(own_folders "/(epan|scannoise|scannoise/tests|scannoise/tests/pictures|profiles|profiles/Scan Noise)$")

# is_changed FOLDER: sets `changed` if a file there is not as some version of us had it. `recent` is
# Wireshark's own to write.
function(is_changed folder)
    set(changed FALSE PARENT_SCOPE)
    file(GLOB files "${folder}/*")
    list(FILTER files EXCLUDE REGEX "/recent$")
    foreach(file IN LISTS files)
        cmake_path(GET file FILENAME name)
        file(SHA256 "${file}" hash)
        if(NOT "${hash}  ${name}" IN_LIST shipped)
            set(changed TRUE PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

# remove_empty FOLDER: and those above it, as far as they are ours or such as we make.
function(remove_empty folder)
    while(folder MATCHES "${own_folders}")
        file(GLOB left LIST_DIRECTORIES true "${folder}/*" "${folder}/.*")
        if(left)
            return()
        endif()
        file(REMOVE_RECURSE "${folder}")
        cmake_path(GET folder PARENT_PATH folder)
    endwhile()
endfunction()

list(TRANSFORM installed PREPEND "$ENV{DESTDIR}")
set(profiles "${installed}")
list(FILTER profiles INCLUDE REGEX "/profiles/Scan Noise/preferences$")
foreach(profile IN LISTS profiles)
    cmake_path(GET profile PARENT_PATH profile)
    is_changed("${profile}")
    if(changed)
        message(STATUS "Kept, as it was changed: ${profile}")
        list(FILTER installed EXCLUDE REGEX "/profiles/Scan Noise/")
    endif()
endforeach()

foreach(file IN LISTS installed)
    if(EXISTS "${file}")
        file(REMOVE "${file}")
        message(STATUS "Removed: ${file}")
    endif()
    cmake_path(GET file PARENT_PATH folder)
    remove_empty("${folder}")
endforeach()
