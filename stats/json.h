/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h: tshark -z scannoise,json[,filter]: everything the table knows, and all of its rows, as one
 * JSON object on standard output. scannoise.schema.json says what is in it. */
#ifndef SN_JSON_H
#define SN_JSON_H

#include <stdio.h>

#include "listener.h"

/** Registers the option; called once, when protocols are registered. */
void sn_json_register(void);

/** What every such object begins with. */
#define SN_JSON_BEGINNING "{\"version\":1,\"filter\":"

/** Writes the object, with the names that Wireshark knows now. Whether all of it has arrived is for the
 * file to tell.
 * @param listener whose tally wants details */
void sn_json_write(FILE *to, const sn_listener_t *listener);

#endif
