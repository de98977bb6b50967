/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "drawing.h"

#include <wireshark.h>

#include <epan/tap.h>

#include "dissector.h"

enum { PREPARES = 2 }; /* the table, and endpoints with conversations */

static sn_drawing_prepare_t prepares[PREPARES];
static int listener; /* its address is the name of our listener */
static bool listens;

static void draw(void *data)
{
    (void)data;
    for (int i = 0; i < PREPARES && prepares[i]; i++)
        prepares[i]();
}

static void note(sn_drawing_prepare_t prepare)
{
    for (int i = 0; i < PREPARES; i++) {
        if (!prepares[i])
            prepares[i] = prepare;
        if (prepares[i] == prepare)
            return;
    }
}

void sn_drawing_end(void)
{
    if (listens)
        remove_tap_listener(&listener);
    listens = false;
}

void sn_drawing_before(sn_drawing_prepare_t prepare)
{
    note(prepare);
    sn_drawing_end();
    GString *error = register_tap_listener(SN_TAP_NAME, &listener, NULL, TL_REQUIRES_NOTHING, NULL,
                                           NULL, draw, NULL);
    listens = error == NULL;
    if (error)
        g_string_free(error, TRUE);
}
