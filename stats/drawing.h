/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* drawing.h: the moment at which tshark and sharkd are about to print statistics. Of a table they ask
 * nothing then: they print the cells as they are. But they draw those who listen to taps one after the
 * other, the newest first. */
#ifndef SN_DRAWING_H
#define SN_DRAWING_H

/** What is to be done before tables are drawn. */
typedef void (*sn_drawing_prepare_t)(void);

/** Has a function called before each time that everything is drawn. To be called by a table when it gets
 * the first packet of a run: by then Wireshark has begun to listen for it, and who listens later is drawn
 * before it. Does nothing but move it there when the function is known already. */
void sn_drawing_before(sn_drawing_prepare_t prepare);

/** Listens no more until the function above is called again, for who asks whether others listen. */
void sn_drawing_end(void);

#endif
