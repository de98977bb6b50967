# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# alone.cmake: the plugin built for the Wireshark that is installed: its options, what it needs of the
# system, and how it is compiled and linked.

option(BUILD_TESTING "Build the unit tests of the engine (run them with ctest)" OFF)
option(SCANNOISE_WERROR "Treat compiler warnings as errors (CI does)" OFF)
option(SCANNOISE_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(SCANNOISE_COVERAGE "Build so that each run notes the lines it ran, for gcov" OFF)
option(SCANNOISE_ANALYZE "Let gcc look for errors along every path, which takes its time" OFF)
option(SCANNOISE_FUZZ "Build fuzz_engine; needs clang, which has libFuzzer" OFF)

find_package(Wireshark 4.0 REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0)
pkg_check_modules(GIO REQUIRED IMPORTED_TARGET gio-2.0)
pkg_check_modules(GMODULE REQUIRED IMPORTED_TARGET gmodule-no-export-2.0)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
                    -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2)
# The same bytes wherever the folders lie. The last map that fits counts, and the linker compiles too.
set(same_bytes "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}=." "-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=."
               "-fdebug-prefix-map=${PROJECT_BINARY_DIR}=./build")
add_compile_options(${same_bytes})
add_link_options(${same_bytes})
if(SCANNOISE_WERROR)
    add_compile_options(-Werror)
endif()
if(SCANNOISE_SANITIZE)
    # A tshark without sanitizers loads such a plugin with LD_PRELOAD=libasan.so and libubsan.so.
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()

if(SCANNOISE_COVERAGE)
    # Without optimisation lines are what the source says. A program that crashes or is killed notes
    # nothing; those that run at the same time add up (atomic).
    add_compile_options(--coverage -O0 -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
if(SCANNOISE_ANALYZE)
    add_compile_options(-fanalyzer)
endif()
if(SCANNOISE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()

# What users get, not what only tests run.
include(CheckIPOSupported)
check_ipo_supported(RESULT SCANNOISE_IPO OUTPUT SCANNOISE_IPO_WHY LANGUAGES C)
if(NOT (CMAKE_BUILD_TYPE STREQUAL "Debug" OR SCANNOISE_SANITIZE OR SCANNOISE_COVERAGE OR SCANNOISE_ANALYZE
        OR SCANNOISE_FUZZ))
    # The path of each packet crosses many small files: let the linker inline between them.
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${SCANNOISE_IPO})
    # The C library checks the lengths that it can; it needs an optimising build for that.
    add_compile_options("$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()

set(SCANNOISE_GLIB PkgConfig::GLIB)
set(SCANNOISE_GIO PkgConfig::GIO)
set(SCANNOISE_GMODULE PkgConfig::GMODULE)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(SCANNOISE_ENGINE_OPTIONS -O3) # its small functions inline into each other
endif()
if(NOT (SCANNOISE_SANITIZE OR SCANNOISE_FUZZ))
    # A missing symbol fails here, not in tshark; and no capture gets to write to the jump tables.
    set(SCANNOISE_LINK_OPTIONS LINKER:-z,defs,-z,relro,-z,now)
endif()
