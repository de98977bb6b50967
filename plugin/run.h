/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: what is judged as one capture: a file, or all files of a live capture of tshark (-b), for which
 * Wireshark closes each and opens the next one as if they had nothing to do with each other. */
#ifndef SN_RUN_H
#define SN_RUN_H

#include <epan/packet.h>

/** Notes that the program reads one capture in its life: tshark. Called once, before any file is opened. */
void sn_run_is_the_only_one(void);

/** A file is opened. @return whether a run begins with it; else that shows with its first packet */
bool sn_run_open(void);

/** A file is closed. @return whether the run is over; else that shows with the next packet, or never */
bool sn_run_close(void);

/** Whether it is yet to be decided if the packet that has come begins another run. */
bool sn_run_is_in_doubt(void);

/** Decides it.
 * @param has_room whether the run may go on, as far as memory is concerned
 * @return whether it goes on; else another one begins */
bool sn_run_goes_on(bool has_room);

/** Takes note of a packet, before anything below is asked of it. */
void sn_run_note(const packet_info *pinfo);

/** The number of a frame of the open file in the run, by which engine and taps know it. */
uint32_t sn_run_frame(const packet_info *pinfo);

/** The number in the open file of a frame of the run; 0: it is in a file before. */
uint32_t sn_run_frame_in_file(uint32_t frame);

/** The time from the run's first frame to this one, by which Wireshark counts within each file. */
nstime_t sn_run_time(const packet_info *pinfo);

#endif
