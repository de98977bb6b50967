/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "packed.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdbool.h>

enum {
    LEVEL = 9,       /* zlib's best: who reads the file waits for its length more than for this */
    PIECE = 1 << 12, /* some lie on the stack, of which Wireshark allows a function 32 KiB */
    ENCODED =
        (PIECE / 3 + 1) * 4 + 4, /* what g_base64_encode_step() asks for, without line breaks */
};

/** What packs. */
typedef struct {
    sn_output_t *output;
    GConverter *gzip;
    int state, save; /* of the encoder */
} packer_t;

static void encode(packer_t *p, const char *bytes, gsize size)
{
    char text[ENCODED];
    gsize length =
        g_base64_encode_step((const guchar *)bytes, size, FALSE, text, &p->state, &p->save);
    sn_output_write(p->output, text, length);
}

/** @param last nothing follows
 * @return false: it does not compress, which no input makes happen */
static bool pack(packer_t *p, const char *bytes, gsize size, bool last)
{
    char compressed[PIECE];
    GConverterResult result = G_CONVERTER_CONVERTED;
    while (result != G_CONVERTER_ERROR && (last ? result != G_CONVERTER_FINISHED : size > 0)) {
        gsize taken, made;
        result = g_converter_convert(p->gzip, bytes, size, compressed, sizeof compressed,
                                     last ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &taken,
                                     &made, NULL);
        if (result == G_CONVERTER_ERROR)
            return false;
        encode(p, compressed, made);
        bytes += taken;
        size -= taken;
    }
    return true;
}

char *sn_packed_write(sn_output_t *output, FILE *from)
{
    packer_t p = {
        .output = output,
        .gzip = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL)),
    };
    char piece[PIECE], end[8];
    bool good = fseek(from, 0, SEEK_SET) == 0;
    int error = good ? 0 : errno;
    for (bool last = false; good && !last;) {
        errno = 0;
        gsize size = fread(piece, 1, sizeof piece, from);
        last = size < sizeof piece;
        error = ferror(from) ? errno : 0;
        good = error == 0 && pack(&p, piece, size, last);
    }
    sn_output_write(output, end, g_base64_encode_close(FALSE, end, &p.state, &p.save));
    g_object_unref(p.gzip);
    if (good)
        return NULL;
    return g_strdup(error ? g_strerror(error) : "it cannot be compressed");
}
