/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "also.h"

enum { VISITED_HOSTS = 3 };

/** How many of what makes a kind, at least. */
static const uint32_t least[SN_ALSO_KINDS] = {
    [SN_ALSO_VISITORS] = VISITED_HOSTS, /* hosts in the home networks */
    [SN_ALSO_LOG_INS] = 30,             /* conversations: Zeek's SSH::password_guesses_limit */
    [SN_ALSO_MISDIRECTED] = 5,          /* sources */
    [SN_ALSO_SYN_FLOOD] = 100,          /* flows in a second */
    [SN_ALSO_PING_FLOOD] = 10000,       /* packets of a flow */
};

/** What is kept of a flow. */
typedef struct {
    uint32_t source, target;
    uint32_t service; /* transport << 16 | port */
    uint32_t packets;
} flow_t;

/** Who conversed with home networks. */
typedef struct {
    uint32_t hosts[VISITED_HOSTS]; /* the first ones, each once; 0: free */
    bool lasting;                  /* one of the conversations was */
} visitor_t;

struct sn_also {
    uint32_t hosts;
    sn_count_t *rows;
    uint16_t *roles;     /* by host: the kinds it is a source of, and a target; NULL: none so far */
    visitor_t *visitors; /* by host; NULL: none so far */
    GArray *visits;      /* of flow_t: what visitors may be counted with */
    GArray *log_ins;     /* likewise, conversations with log-in services */
    GArray *repeated;    /* flows that repetition excused */
    GArray *syns;        /* flows that may be a flood's, of the present second */
    guint syn_count;     /* of these; what is behind in the array is room */
    uint32_t syns_second; /* that one */
};
G_STATIC_ASSERT(2 * SN_ALSO_KINDS <= 16);

static bool is_log_in_service(const sn_flow_view_t *v)
{
    static const uint16_t ports[] = {21,  22,  23,   110,  143,  389,  445,
                                     993, 995, 1433, 3306, 3389, 5432, 5900};
    for (size_t i = 0; v->transport == SN_TRANSPORT_TCP && i < G_N_ELEMENTS(ports); i++)
        if (v->port == ports[i])
            return true;
    return false;
}

/* --- Counting -------------------------------------------------------------------------------- */

/** Notes a role of a host. @return 1 when it is new to it, else 0 */
static uint32_t take_role(sn_also_t *a, uint32_t host, unsigned role)
{
    bool is_new = !(a->roles[host] >> role & 1);
    a->roles[host] |= (uint16_t)(1U << role);
    return is_new;
}

static void count(sn_also_t *a, sn_also_kind_t kind, const flow_t *f)
{
    if (!a->roles)
        a->roles = g_new0(uint16_t, (gsize)a->hosts + 1);
    a->rows[kind].packets += f->packets;
    a->rows[kind].scanners += take_role(a, f->source, kind);
    a->rows[kind].targets += take_role(a, f->target, (unsigned)SN_ALSO_KINDS + kind);
}

static const flow_t *at(const GArray *flows, guint i)
{
    return &g_array_index(flows, flow_t, i);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_contacts(const flow_t *a, const flow_t *b)
{
    int targets = compare_numbers(a->target, b->target);
    return targets != 0 ? targets : compare_numbers(a->service, b->service);
}

static int compare_flows(const void *a, const void *b)
{
    const flow_t *x = (const flow_t *)a, *y = (const flow_t *)b;
    int contacts = compare_contacts(x, y);
    return contacts != 0 ? contacts : compare_numbers(x->source, y->source);
}

/** Counts the flows at each contact where they are enough; log-ins, those of each source there. */
static void count_contacts(sn_also_t *a, sn_also_kind_t kind, GArray *flows)
{
    g_array_sort(flows, compare_flows);
    for (guint begin = 0, end; begin < flows->len; begin = end) {
        uint32_t sources = 0;
        for (end = begin; end < flows->len; end++) {
            bool same_source = end > begin && at(flows, end)->source == at(flows, end - 1)->source;
            if (compare_contacts(at(flows, end), at(flows, begin)) != 0 ||
                (kind == SN_ALSO_LOG_INS && end > begin && !same_source))
                break;
            sources += !same_source;
        }
        bool enough = (kind == SN_ALSO_MISDIRECTED ? sources : end - begin) >= least[kind];
        for (guint i = begin; enough && i < end; i++)
            count(a, kind, at(flows, i));
    }
}

/* --- Floods ---------------------------------------------------------------------------------- */

/** Takes out most flows that cannot be a flood's, so that hardly any need to be sorted. */
static void drop_scattered(GArray *syns)
{
    enum { BUCKETS = 1024, SPREAD = 31 };
    uint32_t in_bucket[BUCKETS] = {0};
    guint kept = 0;
    for (guint i = 0; i < syns->len; i++)
        in_bucket[(at(syns, i)->target * SPREAD + at(syns, i)->service) % BUCKETS]++;
    for (guint i = 0; i < syns->len; i++) {
        flow_t f = *at(syns, i);
        if (in_bucket[(f.target * SPREAD + f.service) % BUCKETS] >= least[SN_ALSO_SYN_FLOOD])
            g_array_index(syns, flow_t, kept++) = f;
    }
    g_array_set_size(syns, kept);
}

static void end_second(sn_also_t *a)
{
    if (a->syn_count >= least[SN_ALSO_SYN_FLOOD]) {
        g_array_set_size(a->syns, a->syn_count);
        drop_scattered(a->syns);
        count_contacts(a, SN_ALSO_SYN_FLOOD, a->syns);
    }
    a->syn_count = 0;
}

static void add_syn(sn_also_t *a, const sn_flow_view_t *v, const flow_t *f)
{
    if (v->first_second == 0) /* its frame has no time */
        return;
    if (v->first_second != a->syns_second)
        end_second(a);
    a->syns_second = v->first_second;
    if (a->syn_count == a->syns->len)
        g_array_append_val(a->syns, *f);
    else
        g_array_index(a->syns, flow_t, a->syn_count) = *f;
    a->syn_count++;
}

/* --- Conversations --------------------------------------------------------------------------- */

static void note_visit(sn_also_t *a, const sn_flow_view_t *v)
{
    if (!a->visitors)
        a->visitors = g_new0(visitor_t, (gsize)a->hosts + 1);
    visitor_t *visitor = &a->visitors[v->source];
    visitor->lasting |= v->lasting;
    size_t i = 0;
    while (i < G_N_ELEMENTS(visitor->hosts) && visitor->hosts[i] != 0 &&
           visitor->hosts[i] != v->target)
        i++;
    if (i < G_N_ELEMENTS(visitor->hosts))
        visitor->hosts[i] = v->target;
}

static void add_conversation(sn_also_t *a, const sn_flow_view_t *v, const flow_t *f)
{
    if (v->to_home)
        note_visit(a, v);
    if (v->lasting || v->verdict != SN_VERDICT_NOT_NOISE)
        return;
    if (v->to_home && v->reason == SN_REASON_CONVERSATION)
        g_array_append_val(a->visits, *f);
    if (is_log_in_service(v))
        g_array_append_val(a->log_ins, *f);
}

static void count_visitors(sn_also_t *a)
{
    for (guint i = 0; i < a->visits->len; i++) {
        const visitor_t *visitor = &a->visitors[at(a->visits, i)->source];
        if (!visitor->lasting && visitor->hosts[VISITED_HOSTS - 1] != 0)
            count(a, SN_ALSO_VISITORS, at(a->visits, i));
    }
}

/* --- The walk -------------------------------------------------------------------------------- */

sn_also_t *sn_also_new(uint32_t hosts, sn_count_t rows[SN_ALSO_KINDS])
{
    sn_also_t *a = g_new0(sn_also_t, 1);
    a->hosts = hosts;
    a->rows = rows;
    a->visits = g_array_new(FALSE, FALSE, sizeof(flow_t));
    a->log_ins = g_array_new(FALSE, FALSE, sizeof(flow_t));
    a->repeated = g_array_new(FALSE, FALSE, sizeof(flow_t));
    a->syns = g_array_new(FALSE, FALSE, sizeof(flow_t));
    return a;
}

void sn_also_flow(sn_also_t *also, const sn_flow_view_t *view, uint64_t packets)
{
    flow_t f = {.source = view->source,
                .target = view->target,
                .service = sn_service(view->transport, view->port),
                .packets = (uint32_t)MIN(packets, UINT32_MAX)};
    bool is_syn =
        view->technique == SN_TECHNIQUE_TCP_SYN || view->technique == SN_TECHNIQUE_TCP_CONNECT;
    if (view->outcome == SN_OUTCOME_CONVERSATION)
        add_conversation(also, view, &f);
    else if (is_syn &&
             (view->outcome == SN_OUTCOME_UNANSWERED || view->outcome == SN_OUTCOME_HALF_OPEN))
        add_syn(also, view, &f);
    if (view->reason == SN_REASON_REPETITION)
        g_array_append_val(also->repeated, f);
    if (view->technique == SN_TECHNIQUE_ICMP_ECHO && view->packets >= least[SN_ALSO_PING_FLOOD])
        count(also, SN_ALSO_PING_FLOOD, &f);
}

void sn_also_finish(sn_also_t *also)
{
    count_visitors(also);
    count_contacts(also, SN_ALSO_LOG_INS, also->log_ins);
    count_contacts(also, SN_ALSO_MISDIRECTED, also->repeated);
    end_second(also);
    g_array_unref(also->visits);
    g_array_unref(also->log_ins);
    g_array_unref(also->repeated);
    g_array_unref(also->syns);
    g_free(also->roles);
    g_free(also->visitors);
    g_free(also);
}

const char *sn_also_label(sn_also_kind_t kind)
{
    static const char *const labels[SN_ALSO_KINDS] = {
        [SN_ALSO_VISITORS] = "brief visitors", [SN_ALSO_LOG_INS] = "log-in attempts",
        [SN_ALSO_MISDIRECTED] = "misdirected", [SN_ALSO_SYN_FLOOD] = "SYN flood",
        [SN_ALSO_PING_FLOOD] = "ping flood",
    };
    return kind < SN_ALSO_KINDS ? labels[kind] : "";
}
