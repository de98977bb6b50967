/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h: tshark -z scannoise,json[,filter]: everything the table knows, and all of its rows, as one
 * JSON object on standard output. scannoise.schema.json says what is in it. */
#ifndef SN_JSON_H
#define SN_JSON_H

/** Registers the option; called once, when protocols are registered. */
void sn_json_register(void);

#endif
