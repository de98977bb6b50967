/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* final.h: what happens when the last packet was read and verdicts are final: Wireshark shows again
 * what it has shown otherwise before, and tshark, which cannot, says so. */
#ifndef SN_FINAL_H
#define SN_FINAL_H

#include "engine/told.h"

#include <epan/packet.h>

/** Registers with Wireshark; called once, when protocols are registered. */
void sn_final_register(void);

/** A file is opened, or judged anew. @param engine borrowed until sn_final_close() */
void sn_final_open(sn_engine_t *engine);

/** It is closed. */
void sn_final_close(void);

/** Notes that somebody is told now what the engine says of a frame, and how much of it. */
void sn_final_note(packet_info *pinfo, sn_told_level_t level);

/** Notes that somebody is told now what follows from all packets, such as a scanner's totals. */
void sn_final_note_totals(void);

/** For who is about to show a statistic, or lets go of what it was counted from. tshark does that when every packet of a file that it reads once
 * was read, which it tells nobody otherwise; verdicts are final then. */
void sn_final_draw(void);

/** Whether every packet was read, so that no verdict will change. */
bool sn_final_is_reached(void);

/** Whether the user has stopped Wireshark while it loaded the file, so that the rest is not known. */
bool sn_final_is_partial(void);

/** Lets Wireshark colour a frame again when its colour may have been that of an earlier verdict. To be
 * called for each frame that is dissected. */
void sn_final_colour(const packet_info *pinfo);

/** Says on standard error what was printed or filtered by verdicts that changed later. For the end of
 * tshark. */
void sn_final_report(void);

#endif
