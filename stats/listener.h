/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.h: a tshark -z option that counts with a tally, and tells what it has counted at the end. */
#ifndef SN_LISTENER_H
#define SN_LISTENER_H

#include <epan/tap.h>

#include "tally.h"

/** One option as it was given. */
typedef struct {
    char *filter; /* display filter of the packets that it counts; NULL: all */
    sn_tally_t *tally;
} sn_listener_t;

/** Makes one from what follows the option's name: nothing, or a comma and a display filter. It lives
 * as long as the program, as tap listeners do. */
sn_listener_t *sn_listener_new(const char *argument);

/** Lets it count, as sn_option_listen() does.
 * @param finish gets the listener */
void sn_listener_start(const char *option, sn_listener_t *listener, tap_draw_cb finish);

#endif
