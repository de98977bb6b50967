/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h: what the details of a packet say of its verdict, and the fields that filters and columns ask for. */
#ifndef SN_TREE_H
#define SN_TREE_H

#include <epan/packet.h>

#include "engine/engine.h"

/** Begins with an open file's packets. @param engine borrowed until sn_tree_close() */
void sn_tree_open(sn_engine_t *engine);
void sn_tree_close(void);

/** Adds a frame's verdict to its tree, if it has one to be told, and notes for sn_final_note() that somebody looked.
 * @param tree NULL when nobody wants more than expert information */
void sn_tree_describe(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo);

/** Registers the fields, for once. @param protocol theirs */
void sn_tree_register(int protocol);

#endif
