/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* option.h: tshark -z options: they listen to our tap and write when the capture
 * has been read. Wireshark's windows do not have them. */
#ifndef SN_OPTION_H
#define SN_OPTION_H

#include <epan/tap.h>

#include "program.h"

/** Registers an option.
 * @param name  what follows -z, without arguments; must stay valid
 * @param start gets what follows the name, once for each time the option is given, when the capture is
 *              about to be read. It calls sn_option_listen() or sn_option_fail(). A program with
 *              windows is told that the option is for tshark, and start is not called */
void sn_option_register(const char *name, void (*start)(const char *argument));

/** Listens to our tap.
 * @param name   of the option, for messages
 * @param state  handed to the callbacks; must stay valid
 * @param filter only packets that match it; NULL: all. A wrong one is for sn_option_fail(). Wireshark dissects packets
 *               for a filter, but for one that sn_frames_parse() can read
 * @param finish called once, after the last packet */
void sn_option_listen(const char *name, void *state, const char *filter, tap_packet_cb count,
                      tap_draw_cb finish);

/** Lets tshark report the message, in one line, and exit with a failure, before it reads a packet. In Wireshark and
 * sharkd the user gets the message, and nothing else happens. */
void sn_option_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** Registers what tshark finds for a -z that begins like ours and is none: it is told which there
 * are, and ends. Does nothing in a program with windows. Call before tshark registers tables as
 * options. */
void sn_option_reject_others(void);

#endif
