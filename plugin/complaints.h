/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* complaints.h: what is wrong with the user's files, gathered, so that it is one message however many files
 * there are. */
#ifndef SN_COMPLAINTS_H
#define SN_COMPLAINTS_H

#include <glib.h>

typedef struct {
    GString *text;
    char *path;        /* of the present file, as it is shown */
    unsigned of_file;  /* complaints about it, shown or not */
    unsigned lines;    /* of text */
    unsigned left_out; /* further complaints about files of which nothing is shown */
} sn_complaints_t;

/** Begins without any. */
void sn_complaints_init(sn_complaints_t *complaints);

/** Says which file or folder the next complaints are about. @param path copied, and escaped when shown */
void sn_complaints_about(sn_complaints_t *complaints, const char *path);

/** Adds one about a line of that file. The type is sn_label_report_t's.
 * @param context the complaints
 * @param line from 1; 0: about the file as a whole */
void sn_complain(void *context, unsigned line, const char *problem);

/** Frees them. */
void sn_complaints_clear(sn_complaints_t *complaints);

/** Shows the user all of them in one message, if there are any, and frees them.
 * @param title what they are about, the message's first line */
void sn_complaints_report(sn_complaints_t *complaints, const char *title);

#endif
