/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "refusal.h"

#include <epan/prefs-int.h>
#include <wsutil/filesystem.h>

enum { NUMBERS = 8, SWITCHES = 2, TEXTS = 2 }; /* as many as there are, at most */

static struct {
    unsigned *value, accepted;
} numbers[NUMBERS];

static struct {
    sn_ws_bool_t *value, accepted;
} switches[SWITCHES];

static struct {
    pref_t *value;
    char *accepted;
} texts[TEXTS];

static unsigned number_count, switch_count, text_count;
static char *profile; /* that the values were accepted in; NULL: none were */
static bool has_begun;

void sn_refusal_guard_number(unsigned *value)
{
    g_return_if_fail(number_count < NUMBERS);
    numbers[number_count++].value = value;
}

void sn_refusal_guard_switch(sn_ws_bool_t *value)
{
    g_return_if_fail(switch_count < SWITCHES);
    switches[switch_count++].value = value;
}

void sn_refusal_guard_text(module_t *module, const char *name)
{
    g_return_if_fail(text_count < TEXTS);
    texts[text_count++].value = prefs_find_preference(module, name);
}

void sn_refusal_accept(void)
{
    for (unsigned i = 0; i < number_count; i++)
        numbers[i].accepted = *numbers[i].value;
    for (unsigned i = 0; i < switch_count; i++)
        switches[i].accepted = *switches[i].value;
    for (unsigned i = 0; i < text_count; i++) {
        g_free(texts[i].accepted);
        texts[i].accepted = g_strdup(prefs_get_string_value(texts[i].value, pref_current));
    }
    g_free(profile);
    profile = g_strdup(get_profile_name());
}

void sn_refusal_begin(void)
{
    has_begun = true;
}

/** While preferences are changed in a dialog, Wireshark has a second value of each text. */
static bool is_dialog_open(void)
{
    for (unsigned i = 0; i < text_count; i++) {
        if (prefs_get_string_value(texts[i].value, pref_stashed))
            return true;
    }
    return false;
}

static bool can_take_back(void)
{
    return profile && g_str_equal(profile, get_profile_name()) && (has_begun || is_dialog_open());
}

static void forget(void)
{
    g_free(profile);
    profile = NULL;
}

bool sn_refusal_take_back(void)
{
    if (!can_take_back()) {
        forget();
        return false;
    }
    for (unsigned i = 0; i < number_count; i++)
        *numbers[i].value = numbers[i].accepted;
    for (unsigned i = 0; i < switch_count; i++)
        *switches[i].value = switches[i].accepted;
    for (unsigned i = 0; i < text_count; i++)
        prefs_set_string_value(texts[i].value, texts[i].accepted, pref_current);
    char *path = NULL;
    if (write_prefs(&path) != 0) /* Wireshark has just tried the same, and said why it could not */
        g_free(path);
    return true;
}
