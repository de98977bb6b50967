# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
# embed.cmake: makes a C file that holds another file's bytes.
#   cmake -DFROM=FILE -DTO=FILE.c -DNAME=IDENTIFIER -P embed.cmake
file(READ "${FROM}" bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE "${TO}" "#include <stddef.h>
extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_size;
const unsigned char ${NAME}[] = {\n${bytes}0};
const size_t ${NAME}_size = sizeof ${NAME} - 1;
")
