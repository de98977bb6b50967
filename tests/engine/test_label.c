/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_label.c: the longest prefix names an address; files with mistakes; text that must be cleaned. */
#include "packets.h"

#include "engine/label_file.h"

/** Reports of one file, as lines of "number: problem". */
static void note(void *context, unsigned line, const char *problem)
{
    g_string_append_printf((GString *)context, "%u: %s\n", line, problem);
}

/** Reads text as a CSV file; fails the test when it reports something. */
static sn_labels_t *labels_of(const char *csv)
{
    sn_labels_t *labels = sn_labels_new();
    GString *reports = g_string_new(NULL);
    sn_labels_add_csv(labels, csv, strlen(csv), note, reports);
    g_assert_cmpstr(reports->str, ==, "");
    g_string_free(reports, TRUE);
    return labels;
}

static const char *find(const sn_labels_t *labels, const char *address)
{
    sn_addr_t a = addr(address);
    const sn_label_t *label = sn_labels_find(labels, &a);
    return label && *label->text ? label->text : NULL;
}

/* --- Looking up ------------------------------------------------------------------------------ */

static void check_empty(void)
{
    sn_labels_t *labels = sn_labels_new();
    g_assert_null(find(labels, "192.0.2.1"));
    g_assert_null(find(labels, "2001:db8::1"));
    sn_labels_free(labels);
    sn_labels_free(NULL);
}

static const char nested[] = "192.0.2.128/25,half\n"
                             "192.0.2.0/24,whole\n"
                             "192.0.2.200,one\n"
                             "192.0.2.201/32,\n"
                             "192.0.0.0/23,edge\n"
                             "2001:db8:1::/48,site\n"
                             "2001:db8::/44,provider\n"
                             "2001:db8:1::1/128,host\n"
                             "c000:0200::/24,not IPv4\n"
                             "10.4.0.0/14,four of 65536\n"
                             "fc00::/7,a half of 256\n";

static const struct {
    const char *address, *label;
} looked_up[] = {
    {"192.0.2.0", "whole"},
    {"192.0.2.127", "whole"},
    {"192.0.2.128", "half"},
    {"192.0.2.255", "half"},
    {"192.0.2.200", "one"},
    {"192.0.2.199", "half"},
    {"192.0.2.201", NULL}, /* an empty label takes it out of the prefixes around */
    {"192.0.1.255", "edge"},
    {"192.0.0.0", "edge"},
    {"192.0.3.0", NULL},
    {"191.255.255.255", NULL},
    {"2001:db8:1::1", "host"},
    {"2001:db8:1::2", "site"},
    {"2001:db8:1:ffff:ffff:ffff:ffff:ffff", "site"},
    {"2001:db8:2::", "provider"},
    {"2001:db8:f:ffff::", "provider"},
    {"2001:db8:10::", NULL},
    {"2001:db7:ffff::", NULL},
    {"c000:02ff::1", "not IPv4"},
    {"10.3.255.255", NULL}, /* prefixes that are shorter than what is looked at first */
    {"10.4.0.0", "four of 65536"},
    {"10.7.255.255", "four of 65536"},
    {"10.8.0.0", NULL},
    {"fbff::", NULL},
    {"fc00::", "a half of 256"},
    {"fdff:ffff::1", "a half of 256"},
    {"fe00::", NULL},
};

static void check_longest(void)
{
    sn_labels_t *labels = labels_of(nested);
    for (size_t i = 0; i < G_N_ELEMENTS(looked_up); i++)
        g_assert_cmpstr(find(labels, looked_up[i].address), ==, looked_up[i].label);
    sn_labels_free(labels);
}

static void check_everything(void)
{
    sn_labels_t *labels = labels_of("0.0.0.0/0,four\n::/0,six\n192.0.2.1/31,two");
    g_assert_cmpstr(find(labels, "255.255.255.255"), ==, "four");
    g_assert_cmpstr(find(labels, "192.0.2.0"), ==, "two"); /* bits behind the length do not count */
    g_assert_cmpstr(find(labels, "192.0.2.2"), ==, "four");
    g_assert_cmpstr(find(labels, "::"), ==, "six");
    sn_labels_free(labels);
}

static void check_later_wins(void)
{
    sn_labels_t *labels = labels_of("192.0.2.0/24,shipped\n");
    sn_prefix_t same = {.base = addr("192.0.2.77"), .bits = 24};
    sn_labels_add(labels, &same, "personal", SN_ORGANISATION_UNKNOWN);
    g_assert_cmpstr(find(labels, "192.0.2.1"), ==, "personal");
    sn_labels_add(labels, &same, "", SN_ORGANISATION_UNKNOWN);
    g_assert_null(find(labels, "192.0.2.1"));
    sn_labels_free(labels);
}

/** Against a list that is searched from end to end. */
static void check_many(void)
{
    enum { MANY = 5000, ASKED = 2000 };
    GRand *rand = g_rand_new_with_seed(7);
    sn_labels_t *labels = sn_labels_new();
    GArray *list = g_array_new(FALSE, FALSE, sizeof(sn_prefix_t));
    for (int i = 0; i < MANY; i++) {
        sn_prefix_t p = {.base = addr_at(g_rand_int(rand) & 0x0fffffff),
                         .bits = (uint8_t)g_rand_int_range(rand, 8, 33)};
        char name[16];
        g_snprintf(name, sizeof name, "%d", i);
        sn_labels_add(labels, &p, name, SN_ORGANISATION_UNKNOWN);
        g_array_append_val(list, p);
    }
    for (int n = 0; n < ASKED; n++) {
        sn_addr_t a = addr_at(g_rand_int(rand) & 0x0fffffff);
        int best = -1;
        for (int i = 0; i < MANY; i++) {
            const sn_prefix_t *p = &g_array_index(list, sn_prefix_t, i);
            if (sn_prefix_contains(p, &a) &&
                (best < 0 || p->bits >= g_array_index(list, sn_prefix_t, best).bits))
                best = i;
        }
        char *want = best < 0 ? NULL : g_strdup_printf("%d", best);
        const sn_label_t *label = sn_labels_find(labels, &a);
        g_assert_cmpstr(label ? label->text : NULL, ==, want);
        g_free(want);
    }
    g_array_unref(list);
    sn_labels_free(labels);
    g_rand_free(rand);
}

/* --- Files ----------------------------------------------------------------------------------- */

static void check_forms(void)
{
    sn_labels_t *labels = labels_of("\xef\xbb\xbfprefix,label\r\n"
                                    "# a comment, with a comma\r\n"
                                    "\r\n"
                                    "192.0.2.1,Name\r\n"
                                    "  192.0.2.2 , spaces around  \r\n"
                                    "192.0.2.3,Inc., Ltd.\r\n"
                                    "192.0.2.4,\"quoted, with \"\"quotes\"\"\"\r\n"
                                    "\"192.0.2.5\",\"both\"\r\n"
                                    "192.0.2.6,last line has no end");
    g_assert_cmpstr(find(labels, "192.0.2.1"), ==, "Name");
    g_assert_cmpstr(find(labels, "192.0.2.2"), ==, "spaces around");
    g_assert_cmpstr(find(labels, "192.0.2.3"), ==, "Inc., Ltd.");
    g_assert_cmpstr(find(labels, "192.0.2.4"), ==, "quoted, with \"quotes\"");
    g_assert_cmpstr(find(labels, "192.0.2.5"), ==, "both");
    g_assert_cmpstr(find(labels, "192.0.2.6"), ==, "last line has no end");
    sn_labels_free(labels);
}

static void check_mistakes(void)
{
    static const char text[] = "192.0.2.1,right\n"
                               "192.0.2,short\n"
                               "no comma here\n"
                               "192.0.2.0/33,long\n"
                               ",empty\n"
                               "192.0.2.9 192.0.2.8,two\n"
                               "192.0.2.\0,zero\n"
                               "192.0.2.2,right too\n";
    GString *reports = g_string_new(NULL);
    sn_labels_t *labels = sn_labels_new();
    sn_labels_add_csv(labels, text, sizeof text - 1, note, reports);
    g_assert_cmpstr(
        reports->str, ==,
        "2: \"192.0.2\" is no address, CIDR prefix, host name or AS number\n"
        "3: no comma between prefix and label\n"
        "4: \"192.0.2.0/33\" is no address, CIDR prefix, host name or AS number\n"
        "5: \"\" is no address, CIDR prefix, host name or AS number\n"
        "6: \"192.0.2.9 192.0.2.8\" is no address, CIDR prefix, host name or AS number\n"
        "7: a zero byte: this is no text in UTF-8\n");
    g_assert_cmpstr(find(labels, "192.0.2.1"), ==, "right");
    g_assert_cmpstr(find(labels, "192.0.2.2"), ==, "right too");
    g_assert_null(find(labels, "192.0.2.9"));
    sn_labels_free(labels);
    g_string_free(reports, TRUE);
}

/* --- Kinds, names, autonomous systems ---------------------------------------------------------- */

static const char kinds[] = "prefix,label,kind\n"
                            "192.0.2.1,One,research\n"
                            "192.0.2.2,Inc., Ltd., Commercial \n"
                            "192.0.2.3,\"Two, \"\"Three\"\"\",government\n"
                            "192.0.2.4,\"research\"\n"
                            "192.0.2.5,One,unknown\n"
                            "192.0.2.6,One, Two\n";

static void check_kinds(void)
{
    static const struct {
        const char *address, *label, *kind;
    } rows[] = {
        {"192.0.2.1", "One", "research"},
        {"192.0.2.2", "Inc., Ltd.", "commercial"},
        {"192.0.2.3", "Two, \"Three\"", "government"},
        {"192.0.2.4", "research", "unknown"},
        {"192.0.2.5", "One", "unknown"},
        {"192.0.2.6", "One, Two", "unknown"},
    };
    sn_labels_t *labels = labels_of(kinds);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        sn_addr_t a = addr(rows[i].address);
        const sn_label_t *label = sn_labels_find(labels, &a);
        g_assert_cmpstr(label->text, ==, rows[i].label);
        g_assert_cmpstr(sn_organisation_label(label->kind), ==, rows[i].kind);
    }
    sn_labels_free(labels);
}

static void check_rules(void)
{
    static const struct {
        const char *name, *label;
    } rows[] = {
        {"a.scan.example.net", "All (by name)"},
        {"A.B.Example.NET.", "All (by name)"},
        {"deep.sub.example.net", "Sub (by name)"},
        {"one.example.net", "One (by name)"},
        {"probe12.example.org", "Numbered (by name)"},
        {"example.net", NULL}, /* near misses */
        {"badexample.net", NULL},
        {"a.example.net.evil.test", NULL},
        {"probe.example.org", NULL},
        {"probex1.example.org", NULL},
        {"1.probe12.example.org", NULL},
        {"none.example.net", ""},
        {"as64496", NULL},
        {"", NULL},
        {".", NULL},
        {"..net", NULL},
    };
    sn_labels_t *labels = labels_of("*.example.net,All,research\none.Example.net,One\n"
                                    "*.sub.example.net,Sub\nprobe*.example.org,Numbered\n"
                                    "none.example.net,\nAS64496,System,government\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const sn_label_t *label = sn_labels_find_name(labels, rows[i].name);
        g_assert_cmpstr(label ? label->text : NULL, ==, rows[i].label);
    }
    g_assert_cmpint(sn_labels_find_name(labels, "a.example.net")->kind, ==,
                    SN_ORGANISATION_RESEARCH);
    g_assert_cmpstr(sn_labels_find_as(labels, 64496)->text, ==, "System");
    g_assert_null(sn_labels_find_as(labels, 64497));
    g_assert_true(sn_labels_have_as(labels));
    sn_labels_free(labels);
}

/** Whatever is no rule is said; above all addresses with a mistake, which must not pass for names. */
static void check_no_rules(void)
{
    static const char *const wrong[] = {
        "nonsense",     "*",       "*.",      ".example.net",   "a..net",    "192.0.2.300",
        "192.0.2.0/33", "*.*.net", "a*b.net", "a.*.net",        "AS0",       "AS4294967296",
        "AS",           "AS-1",    "a b.net", "2001:db8::/129", "*.192.0.2", "caf\u00e9.net",
    };
    sn_labels_t *labels = sn_labels_new();
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GString *reports = g_string_new(NULL);
        char *line = g_strconcat(wrong[i], ",label", NULL);
        char *want = g_strdup_printf(
            "1: \"%s\" is no address, CIDR prefix, host name or AS number\n", wrong[i]);
        sn_labels_add_csv(labels, line, strlen(line), note, reports);
        g_assert_cmpstr(reports->str, ==, want);
        g_free(want);
        g_free(line);
        g_string_free(reports, TRUE);
    }
    g_assert_false(sn_labels_have_as(labels));
    sn_labels_free(labels);
}

static void check_no_kind(void)
{
    GString *reports = g_string_new(NULL);
    sn_labels_t *labels = sn_labels_new();
    const char *text = "192.0.2.1,\"One\",comercial\n192.0.2.2,\"One\" x\n";
    sn_labels_add_csv(labels, text, strlen(text), note, reports);
    g_assert_cmpstr(reports->str, ==,
                    "1: \"comercial\" is no kind of organisation: research, commercial, "
                    "government, unknown\n"
                    "2: \"x\" is no kind of organisation: research, commercial, government, "
                    "unknown\n");
    g_assert_null(find(labels, "192.0.2.1"));
    sn_labels_free(labels);
    g_string_free(reports, TRUE);
}

/* --- Text ------------------------------------------------------------------------------------ */

static const struct {
    const char *text, *clean;
} cleaned[] = {
    {"", ""},
    {" \t ", ""},
    {" Plain Name ", "Plain Name"},
    {"<b>bold</b> & \"quotes\"", "<b>bold</b> & \"quotes\""},
    {"Universität 東京", "Universität 東京"},
    {"a\nb\tc\x1b[31m\x7f", "a\\x0ab\\x09c\\x1b[31m\\x7f"},
    {"right\u202eleft", "right\\u202eleft"},
    {"\xc2\x85next", "\\u0085next"},
    {"a\u2028b\u2029c", "a\\u2028b\\u2029c"},
    {"bad \xff\xc3( end", "bad \\xff\\xc3( end"},
    {"cut \xe6\x9d", "cut \\xe6\\x9d"},
    {"123456789012345678901234567890123456789012345678",
     "123456789012345678901234567890123456789012345678"},
    {"1234567890123456789012345678901234567890123456789",
     "123456789012345678901234567890123456789012345678…"},
};

static void check_clean(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cleaned); i++) {
        char *clean = sn_label_clean(cleaned[i].text);
        g_assert_cmpstr(clean, ==, cleaned[i].clean);
        g_free(clean);
    }
}

static void check_clean_of_long_text(void)
{
    for (int byte = 1; byte < 256; byte++) {
        for (gsize length = 1; length < 10000; length = length * 3 / 2 + 1) {
            char *text = g_strnfill(length, (char)byte), *clean = sn_label_clean(text);
            g_assert_true(g_utf8_validate(clean, -1, NULL));
            g_assert_cmpint(g_utf8_strlen(clean, -1), <=, SN_LABEL_MOST + 1);
            g_free(clean);
            g_free(text);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/label/empty", check_empty);
    g_test_add_func("/label/longest", check_longest);
    g_test_add_func("/label/everything", check_everything);
    g_test_add_func("/label/later-wins", check_later_wins);
    g_test_add_func("/label/many", check_many);
    g_test_add_func("/label/forms", check_forms);
    g_test_add_func("/label/mistakes", check_mistakes);
    g_test_add_func("/label/kinds", check_kinds);
    g_test_add_func("/label/rules", check_rules);
    g_test_add_func("/label/no-rules", check_no_rules);
    g_test_add_func("/label/no-kind", check_no_kind);
    g_test_add_func("/label/clean", check_clean);
    g_test_add_func("/label/clean-of-long-text", check_clean_of_long_text);
    return g_test_run();
}
