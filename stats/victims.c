/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "victims.h"

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_services(const sn_response_t *a, const sn_response_t *b)
{
    int sources = compare_numbers(a->source, b->source);
    return sources != 0 ? sources : compare_numbers(a->service, b->service);
}

static int compare_responses(const void *a, const void *b)
{
    const sn_response_t *x = (const sn_response_t *)a, *y = (const sn_response_t *)b;
    int services = compare_services(x, y);
    return services != 0 ? services : compare_numbers(x->target, y->target);
}

static int compare_victims(const void *a, const void *b)
{
    const sn_victim_row_t *x = (const sn_victim_row_t *)a, *y = (const sn_victim_row_t *)b;
    if (x->count.packets != y->count.packets)
        return x->count.packets < y->count.packets ? 1 : -1;
    int addresses = sn_addr_compare(&x->address, &y->address);
    return addresses != 0 ? addresses : compare_numbers(x->service, y->service);
}

void sn_victims_add_up(GArray *responses,
                       sn_addr_t (*address_of)(const void *context, uint32_t host),
                       const void *context, GArray *victims)
{
    g_array_sort(responses, compare_responses);
    const sn_response_t *before = NULL;
    for (guint i = 0; i < responses->len; i++) {
        const sn_response_t *r = &g_array_index(responses, sn_response_t, i);
        bool same_row = before && compare_services(before, r) == 0;
        if (!same_row) {
            sn_victim_row_t row = {.address = address_of(context, r->source),
                                   .service = r->service};
            g_array_append_val(victims, row);
        }
        sn_victim_row_t *row = &g_array_index(victims, sn_victim_row_t, victims->len - 1);
        sn_count_add(&row->count, &r->tapped);
        row->count.targets += !same_row || before->target != r->target;
        row->answers |= r->answers;
        before = r;
    }
    g_array_sort(victims, compare_victims);
}
