# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# page.cmake: README.md as a page for a browser, with its pictures: what Tools → Scan Noise opens.
#
#     cmake -DCMARK=cmark-gfm -DSOURCE=TOP-OF-THE-CHECKOUT -DPAGE=FOLDER -P page.cmake
#
# makes the folder anew. Pictures keep their place relative to README; links to other files of the
# checkout become plain text, as those are not installed.
cmake_minimum_required(VERSION 3.20)

execute_process(COMMAND "${CMARK}" --extension table "${SOURCE}/README.md"
                OUTPUT_VARIABLE body COMMAND_ERROR_IS_FATAL ANY)

file(REMOVE_RECURSE "${PAGE}")
string(REGEX MATCHALL "<img src=\"[^\":]+\"" images "${body}")
foreach(image IN LISTS images)
    string(REGEX REPLACE "^<img src=\"|\"$" "" image "${image}")
    cmake_path(GET image PARENT_PATH folder)
    file(COPY "${SOURCE}/${image}" DESTINATION "${PAGE}/${folder}")
endforeach()
string(REGEX REPLACE "<a href=\"[^\":#]+\">([^<]*)</a>" "\\1" body "${body}")

file(READ "${CMAKE_CURRENT_LIST_DIR}/page.html.in" template)
string(REPLACE "@body@" "${body}" page "${template}")
file(WRITE "${PAGE}/README.html" "${page}")
