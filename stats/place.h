/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h: how an ordinary file gets new content all at once, and stays the file that it was: with its
 * mode, its owner and its links. */
#ifndef SN_PLACE_H
#define SN_PLACE_H

#include "target.h"

/** Makes an empty file without a name in the folder of a path: where it will be wanted, there is room
 * for it or not, and nobody has to remove it.
 * @return a descriptor to read and write, or -1 with errno set */
int sn_place_scratch(const char *path);

/** Gives an ordinary file the content of another. A file that has several names, or an owner that we
 * cannot give to a new one, is overwritten, once there is room for all of it; any other is exchanged
 * for a new one, so that nobody ever reads half of it.
 * @param from a descriptor to read, from its beginning
 * @param size how many bytes there are to read
 * @param target of the kind SN_TARGET_FILE
 * @return 0, or the errno of what failed: the file is what it was then */
int sn_place(int from, goffset size, const sn_target_t *target);

#endif
