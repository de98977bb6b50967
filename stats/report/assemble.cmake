# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# assemble.cmake: makes the report's page of its parts: one file that needs no other.
#   cmake -DFROM=stats/report -DCHART=chart.min.js -DVERSION=NUMBER -DTO=FILE.html -P assemble.cmake
cmake_minimum_required(VERSION 3.20)
file(READ "${FROM}/page.html" page)
file(READ "${FROM}/page.css" style)
file(READ "${CHART}" charts)
foreach(part IN ITEMS text filters charts tables sections compare page)
    file(READ "${FROM}/${part}.js" code)
    string(APPEND script "${code}")
endforeach()
string(FIND "${charts}${script}" "</script" end)
if(NOT end EQUAL -1)
    message(FATAL_ERROR "${CHART} or the report's own code has an end of a script in it")
endif()
string(REPLACE "@version@" "${VERSION}" page "${page}")
string(REPLACE "@style@" "${style}" page "${page}")
string(REPLACE "@library@" "${charts}" page "${page}")
string(REPLACE "@script@" "${script}" page "${page}")
file(WRITE "${TO}" "${page}")
