/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* victims.h: who is attacked elsewhere, as backscatter tells: it comes from whom somebody else has sent requests
 * in our addresses' names. */
#ifndef SN_VICTIMS_H
#define SN_VICTIMS_H

#include "rows.h"

/** A flow of backscatter, ready to be added up. */
typedef struct {
    uint32_t source, target; /* hosts, by a number */
    uint32_t service;        /* transport << 16 | the source's port, 0 where it has none */
    uint16_t answers;        /* bits, by sn_answer_t */
    sn_tapped_t tapped;
} sn_response_t;

/** Adds flows up to rows, and ranks these: most packets first; ties by address and service.
 * @param responses of sn_response_t, in any order; sorted afterwards
 * @param context   for address_of
 * @param victims   out: of sn_victim_row_t, appended */
void sn_victims_add_up(GArray *responses,
                       sn_addr_t (*address_of)(const void *context, uint32_t host),
                       const void *context, GArray *victims);

#endif
