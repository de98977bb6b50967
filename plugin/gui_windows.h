/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* gui_windows.h: what Wireshark's windows can be asked, and asked to do. In programs without windows
 * (tshark, sharkd) all questions have the answer no, and nothing is done. */
#ifndef SN_GUI_WINDOWS_H
#define SN_GUI_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

/** The frame that is selected in the packet list; 0: none. */
uint32_t sn_windows_selected_frame(void);

/** Whether the file is read as far as it will be. */
bool sn_windows_have_read(void);

/** Whether it is, and nothing goes through its packets right now. */
bool sn_windows_are_idle(void);

/** Whether the packets of an open file are judged anew, as a preference was changed. */
bool sn_windows_are_redissecting(void);

/** Whether the user has stopped what goes through the packets right now: the loading of the file, or
 * the counting for a statistic. */
bool sn_windows_are_stopped(void);

/** While a file is read: has the display filter and all statistics looked at every packet again when
 * that is over.
 * @return false: nothing will be done, as no file is being read, or its user has stopped it and
 *         Wireshark has yet to say so */
bool sn_windows_rescan_later(void);

/** Has the display filter and all statistics look at every packet again, and columns drawn anew. Only
 * for sn_windows_are_idle().
 * @param colours frames whose need_colorize is set meanwhile get new colours as well */
void sn_windows_rescan(bool colours);

#endif
