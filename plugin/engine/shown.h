/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* shown.h: text that somebody else wrote, made fit for a terminal, a window or one line of a message. */
#ifndef SN_SHOWN_H
#define SN_SHOWN_H

enum { SN_SHOWN_WHOLE = 0 };

/** Escapes what does not print: control characters, those that change the direction of writing or
 * break a line, and bytes that are no UTF-8. What was escaped already stays as it is.
 * @param text any bytes
 * @param most characters of the result; the rest is cut off and "…" says so. SN_SHOWN_WHOLE: all
 * @return the caller frees it with g_free() */
char *sn_shown(const char *text, unsigned most);

#endif
