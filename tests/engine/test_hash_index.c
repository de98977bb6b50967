/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hash_index.c: what the keyed hash must do to be one, and the index and the pool under many
 * keys, under keys that all collide, and over their growth. */
#include <glib.h>
#include <string.h>

#include "engine/hash.h"
#include "engine/index.h"
#include "engine/pool.h"

static sn_hash_key_t key_a; /* as main() drew it */

/** A key drawn from a seed, whatever a key consists of. */
static sn_hash_key_t key_of(guint32 seed)
{
    sn_hash_key_t key;
    GRand *rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < sizeof key; i++)
        ((uint8_t *)&key)[i] = (uint8_t)g_rand_int(rand);
    g_rand_free(rand);
    return key;
}

/* --- Hash ------------------------------------------------------------------------------------ */

static void check_same_input_same_hash(void)
{
    for (uint64_t i = 0; i < 1000; i++)
        g_assert_cmphex(sn_hash(&key_a, i, ~i), ==, sn_hash(&key_a, i, ~i));
}

static void check_keys_are_random(void)
{
    GHashTable *seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (int i = 0; i < 100; i++) {
        sn_hash_key_t key = sn_hash_random_key();
        g_assert_true(g_hash_table_add(seen, g_bytes_new(&key, sizeof key)));
    }
    g_hash_table_unref(seen);
}

/** Every bit of the key matters: without it, two keys agree on next to no value of 2^32. */
static void check_keys_matter(void)
{
    for (size_t bit = 0; bit < 8 * sizeof key_a; bit++) {
        sn_hash_key_t other = key_a;
        ((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1U << bit % 8);
        unsigned agree = 0;
        for (uint64_t i = 0; i < 5000; i++)
            agree += sn_hash(&key_a, i, i << 32) == sn_hash(&other, i, i << 32);
        g_assert_cmpuint(agree, <, 3);
    }
}

static void check_words_are_not_interchangeable(void)
{
    unsigned agree = 0;
    for (uint64_t i = 1; i <= 100000; i++)
        agree += sn_hash(&key_a, i, i + 1) == sn_hash(&key_a, i + 1, i);
    g_assert_cmpuint(agree, <, 5);
}

static unsigned bits_of(uint32_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

/** Any of the 128 input bits flips half of the output bits. Over 500 inputs the mean of 32 fair
 * coins has a standard deviation of 0.13. */
static void check_avalanche(void)
{
    for (unsigned bit = 0; bit < 128; bit++) {
        unsigned flipped = 0;
        for (uint64_t i = 0; i < 500; i++) {
            uint64_t a = i * 0x9e3779b97f4a7c15, b = i;
            uint64_t a2 = bit < 64 ? a ^ (uint64_t)1 << bit : a;
            uint64_t b2 = bit < 64 ? b : b ^ (uint64_t)1 << (bit - 64);
            flipped += bits_of(sn_hash(&key_a, a, b) ^ sn_hash(&key_a, a2, b2));
        }
        g_assert_cmpfloat(flipped / 500.0, >, 15.0);
        g_assert_cmpfloat(flipped / 500.0, <, 17.0);
    }
}

/** Neighbouring addresses and ports spread evenly: 2^16 keys in 2^8 buckets, 256 +- 16 in each. */
static void check_spread(void)
{
    static unsigned low[256], high[256];
    for (uint64_t i = 0; i < 65536; i++) {
        uint32_t hash = sn_hash(&key_a, 0xc0000200 + (i >> 8), i & 0xff);
        low[hash & 0xff]++;
        high[hash >> 24]++;
    }
    for (unsigned i = 0; i < 256; i++) {
        g_assert_cmpuint(low[i], >, 256 - 6 * 16);
        g_assert_cmpuint(low[i], <, 256 + 6 * 16);
        g_assert_cmpuint(high[i], >, 256 - 6 * 16);
        g_assert_cmpuint(high[i], <, 256 + 6 * 16);
    }
}

/* --- Index ----------------------------------------------------------------------------------- */

/** Records are words in a pool; how they hash is the test's choice. */
typedef struct {
    sn_pool_t words; /* uint64_t */
    uint32_t (*hash)(uint64_t word);
    unsigned compared;
} records_t;

static uint32_t well(uint64_t word)
{
    return sn_hash(&key_a, word, 0);
}

static uint32_t badly(uint64_t word)
{
    (void)word;
    return 0xffffffff; /* the last slot, so that every probe wraps around */
}

/** Into one half of a grown index, which then is nearly full and runs over into the other. */
static uint32_t crowded(uint64_t word)
{
    return well(word) | 0x10000;
}

static uint64_t word_at(const records_t *r, uint32_t id)
{
    g_assert_cmpuint(id, >=, 1);
    g_assert_cmpuint(id, <=, r->words.count);
    return *(const uint64_t *)sn_pool_get(&r->words, id);
}

static records_t new_records(uint32_t (*hash)(uint64_t))
{
    records_t r = {.hash = hash};
    sn_pool_init(&r.words, sizeof(uint64_t), false);
    return r;
}

/** @return the new record's number */
static uint32_t record_word(records_t *r, uint64_t word)
{
    uint32_t id = sn_pool_add(&r->words);
    *(uint64_t *)sn_pool_get(&r->words, id) = word;
    return id;
}

static bool record_matches(const void *context, uint32_t id, const void *key)
{
    records_t *r = (records_t *)(uintptr_t)context;
    r->compared++;
    return word_at(r, id) == *(const uint64_t *)key;
}

static uint32_t record_hash(const void *context, uint32_t id)
{
    const records_t *r = (const records_t *)context;
    return r->hash(word_at(r, id));
}

static void add_word(records_t *r, sn_index_t *index, uint64_t word)
{
    sn_index_place_t place = sn_index_place(index, r->hash(word), &word, record_matches);
    g_assert_cmpuint(place.id, ==, 0);
    sn_index_put(index, place, record_word(r, word));
}

static uint64_t nth_word(uint32_t n)
{
    return n * (uint64_t)0x9e3779b97f4a7c15;
}

/** Adds `count` keys, finding all of them at every power of two, and none that was never added. */
static void check_many(uint32_t (*hash)(uint64_t), uint32_t count)
{
    records_t r = new_records(hash);
    sn_index_t index;
    sn_index_init(&index, &r.words, record_hash, &r);
    for (uint32_t n = 1; n <= count; n++) {
        add_word(&r, &index, nth_word(n));
        g_assert_cmpuint(index.used, ==, n);
        if ((n & (n - 1)) != 0 && n != count)
            continue;
        for (uint32_t known = 1; known <= n; known++) {
            uint64_t word = nth_word(known);
            g_assert_cmpuint(sn_index_find(&index, hash(word), &word, record_matches), ==, known);
            g_assert_cmpuint(sn_index_place(&index, hash(word), &word, record_matches).id, ==,
                             known);
        }
        uint64_t unknown = nth_word(n + 1);
        g_assert_cmpuint(sn_index_find(&index, hash(unknown), &unknown, record_matches), ==, 0);
    }
    g_assert_cmpuint(index.used, <, index.mask); /* a free slot ends every probe */
    sn_index_clear(&index);
    g_assert_null(index.slots);
    sn_pool_clear(&r.words);
}

static void check_many_keys(void)
{
    check_many(well, 200000);
}

static void check_colliding_keys(void)
{
    check_many(badly, 2000);
}

static void check_crowded_keys(void)
{
    check_many(crowded, 60000);
}

/** Probes stay short however full it gets, and of the records on the way hardly one is looked at: the
 * promise behind an amortised constant cost. */
static void check_short_probes(void)
{
    records_t r = new_records(well);
    sn_index_t index;
    sn_index_init(&index, &r.words, record_hash, &r);
    for (uint32_t n = 1; n <= 100000; n++)
        add_word(&r, &index, nth_word(n));
    g_assert_cmpuint(r.compared, <, 100000 / 100);
    uint64_t taken = 0;
    for (uint32_t n = 1; n <= 100000; n++) {
        uint64_t word = nth_word(n);
        sn_index_place_t place = sn_index_place(&index, well(word), &word, record_matches);
        taken += 1 + (((uint32_t)(place.slot - index.slots) - well(word)) & index.mask);
    }
    g_assert_cmpuint(taken, <, 100000 * 3);
    g_assert_cmpuint(index.mask + 1, <=, 4 * 100000); /* and memory within four slots a record */
    sn_index_clear(&index);
    sn_pool_clear(&r.words);
}

/** A key's record can be replaced by a newer one of the same key. */
static void check_replace(void)
{
    records_t r = new_records(well);
    sn_index_t index;
    sn_index_init(&index, &r.words, record_hash, &r);
    add_word(&r, &index, 7);
    uint64_t word = 7;
    sn_index_place_t place = sn_index_place(&index, well(word), &word, record_matches);
    g_assert_cmpuint(place.id, ==, 1);
    sn_index_put(&index, place, record_word(&r, word));
    g_assert_cmpuint(sn_index_find(&index, well(word), &word, record_matches), ==, 2);
    g_assert_cmpuint(index.used, ==, 1);
    sn_index_clear(&index);
    sn_pool_clear(&r.words);
}

/** Of a key's records only the newest is still there after the index has grown. */
static void check_replace_and_grow(void)
{
    enum { KEYS = 40000, MORE = 60000 };
    records_t r = new_records(well);
    sn_index_t index;
    sn_index_init(&index, &r.words, record_hash, &r);
    for (uint32_t n = 1; n <= KEYS; n++)
        add_word(&r, &index, nth_word(n));
    for (uint32_t n = 1; n <= KEYS; n++) {
        uint64_t word = nth_word(n);
        sn_index_place_t place = sn_index_place(&index, well(word), &word, record_matches);
        sn_index_put(&index, place, record_word(&r, word));
    }
    uint32_t slots = index.mask + 1;
    for (uint32_t n = KEYS + 1; n <= KEYS + MORE; n++)
        add_word(&r, &index, nth_word(n));
    g_assert_cmpuint(index.mask + 1, >, slots);
    g_assert_cmpuint(index.used, ==, KEYS + MORE);
    uint32_t filled = 0;
    for (uint32_t i = 0; i <= index.mask; i++)
        filled += index.slots[i] != 0;
    g_assert_cmpuint(filled, ==, KEYS + MORE);
    for (uint32_t n = 1; n <= KEYS + MORE; n++) {
        uint64_t word = nth_word(n);
        uint32_t id = sn_index_find(&index, well(word), &word, record_matches);
        g_assert_cmpuint(id, ==, KEYS + n); /* the replaced ones have the first numbers */
    }
    sn_index_clear(&index);
    sn_pool_clear(&r.words);
}

/** Numbers grow with each replacement, beyond the slots that few keys need. */
static void check_large_numbers(void)
{
    enum { KEYS = 5, ROUNDS = 40000 };
    records_t r = new_records(well);
    sn_index_t index;
    sn_index_init(&index, &r.words, record_hash, &r);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t n = 1; n <= KEYS; n++) {
            uint64_t word = nth_word(n);
            sn_index_place_t place = sn_index_place(&index, well(word), &word, record_matches);
            g_assert_cmpuint(place.id, ==, round == 0 ? 0 : r.words.count - KEYS + 1);
            sn_index_put(&index, place, record_word(&r, word));
        }
    }
    g_assert_cmpuint(r.words.count, >, index.mask);
    g_assert_cmpuint(index.used, ==, KEYS);
    for (uint32_t n = 1; n <= 1000; n++) {
        uint64_t word = nth_word(n);
        uint32_t id = sn_index_find(&index, well(word), &word, record_matches);
        g_assert_cmpuint(id, ==, n <= KEYS ? r.words.count - KEYS + n : 0);
    }
    sn_index_clear(&index);
    sn_pool_clear(&r.words);
}

/* --- Pool ------------------------------------------------------------------------------------ */

enum { RECORD = 12, RECORDS = 3 * SN_POOL_BLOCK + 5 };

static void check_pool_keeps_records(void)
{
    sn_pool_t pool;
    sn_pool_init(&pool, RECORD, false);
    GPtrArray *places = g_ptr_array_new();
    for (uint32_t n = 1; n <= RECORDS; n++) {
        g_assert_cmpuint(sn_pool_add(&pool), ==, n);
        char *record = sn_pool_get(&pool, n);
        memset(record, (int)(n % 251 + 1), RECORD);
        g_ptr_array_add(places, record);
    }
    g_assert_cmpuint(pool.count, ==, RECORDS);
    for (uint32_t n = 1; n <= RECORDS; n++) {
        char want[RECORD];
        memset(want, (int)(n % 251 + 1), RECORD);
        g_assert_true(sn_pool_get(&pool, n) == g_ptr_array_index(places, n - 1));
        g_assert_cmpint(memcmp(sn_pool_get(&pool, n), want, RECORD), ==, 0);
    }
    g_ptr_array_unref(places);
    sn_pool_clear(&pool);
    g_assert_cmpuint(pool.count, ==, 0);
}

static void check_pool_reach(void)
{
    enum { LAST = SN_POOL_BLOCK - 1 }; /* record of the first block */
    sn_pool_t pool;
    sn_pool_init(&pool, sizeof(uint32_t), true);
    sn_pool_reach(&pool, 0);
    g_assert_cmpuint(pool.count, ==, 0);
    sn_pool_reach(&pool, LAST);
    g_assert_cmpuint(pool.count, ==, LAST);
    g_assert_cmpuint(pool.block_count, ==, 1);
    for (uint32_t n = 1; n <= LAST; n++)
        g_assert_cmpuint(*(uint32_t *)sn_pool_get(&pool, n), ==, 0);
    *(uint32_t *)sn_pool_get(&pool, LAST) = 5;
    sn_pool_reach(&pool, LAST + 1);
    g_assert_cmpuint(pool.block_count, ==, 2);
    g_assert_cmpuint(*(uint32_t *)sn_pool_get(&pool, LAST + 1), ==, 0);
    sn_pool_reach(&pool, 3); /* never back */
    g_assert_cmpuint(pool.count, ==, LAST + 1);
    g_assert_cmpuint(*(uint32_t *)sn_pool_get(&pool, LAST), ==, 5);
    g_assert_cmpuint(sn_pool_add(&pool), ==, LAST + 2);
    sn_pool_clear(&pool);
}

/** Names that collide in GLib's hash of strings, whoever made them, do not here. */
static void check_text(void)
{
    enum { PAIRS = 12 };
    sn_hash_key_t key = sn_hash_random_key();
    GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    char name[2 * PAIRS + 1] = "";
    char first[sizeof name];
    for (unsigned n = 0; n < 1U << PAIRS; n++) {
        for (unsigned pair = 0; pair < PAIRS; pair++)
            memcpy(name + (size_t)2 * pair, n >> pair & 1 ? "bA" : "ab", 2);
        if (n == 0)
            memcpy(first, name, sizeof first);
        g_assert_cmpuint(g_str_hash(name), ==, g_str_hash(first));
        g_hash_table_add(seen, GUINT_TO_POINTER(sn_hash_text(&key, name)));
    }
    /* Of 2^12 random numbers of 32 bits, two are the same in one run of 500. */
    g_assert_cmpuint(g_hash_table_size(seen), >=, (1U << PAIRS) - 3);
    g_hash_table_unref(seen);
    g_assert_cmpuint(sn_hash_text(&key, ""), ==, sn_hash_text(&key, ""));
    g_assert_cmpuint(sn_hash_text(&key, "0123456789abcdef"), !=,
                     sn_hash_text(&key, "0123456789abcdeg"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    key_a = key_of(1);
    g_test_add_func("/hash/text", check_text);
    g_test_add_func("/hash/same-input-same-hash", check_same_input_same_hash);
    g_test_add_func("/hash/keys-are-random", check_keys_are_random);
    g_test_add_func("/hash/keys-matter", check_keys_matter);
    g_test_add_func("/hash/words-not-interchangeable", check_words_are_not_interchangeable);
    g_test_add_func("/hash/avalanche", check_avalanche);
    g_test_add_func("/hash/spread", check_spread);
    g_test_add_func("/index/many-keys", check_many_keys);
    g_test_add_func("/index/colliding-keys", check_colliding_keys);
    g_test_add_func("/index/crowded-keys", check_crowded_keys);
    g_test_add_func("/index/short-probes", check_short_probes);
    g_test_add_func("/index/replace", check_replace);
    g_test_add_func("/index/replace-and-grow", check_replace_and_grow);
    g_test_add_func("/index/large-numbers", check_large_numbers);
    g_test_add_func("/pool/keeps-records", check_pool_keeps_records);
    g_test_add_func("/pool/reach", check_pool_reach);
    return g_test_run();
}
