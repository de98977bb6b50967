/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.h: a tshark -z option that counts with a tally, and tells what it has counted at the end. */
#ifndef SN_LISTENER_H
#define SN_LISTENER_H

#include <epan/tap.h>

#include "tally.h"

/** One option as it was given. */
typedef struct {
    char *filter; /* display filter of the packets that it counts; NULL: all */
    sn_tally_t *tally;
    void *more; /* the option's own */
} sn_listener_t;

/** Makes one.
 * @param filter NULL or empty: it counts all packets
 * @return lives as long as the program, as tap listeners do, or until sn_listener_free() */
sn_listener_t *sn_listener_new(const char *filter);

/** The filter in what follows an option's name: nothing, or a comma and a display filter.
 * @return part of the argument; NULL: there is none */
const char *sn_listener_filter(const char *argument);

/** Frees one that does not listen. */
void sn_listener_free(sn_listener_t *listener);

/** Lets it count, as sn_option_listen() does.
 * @param finish gets the listener */
void sn_listener_start(const char *option, sn_listener_t *listener, tap_draw_cb finish);

/** Has it count what one more pass over the open file's packets shows, in a program with windows.
 * @param pass goes over all packets, and returns when that is done
 * @return false: its filter is wrong */
bool sn_listener_count(sn_listener_t *listener, void (*pass)(void));

#endif
