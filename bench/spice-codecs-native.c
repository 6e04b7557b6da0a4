/* The native opponent of spice-codecs.bench.ts: times the decoders of spice-common, spice-gtk and liblz4 on a file, and makes
 * test vectors with the encoders of spice-common and spice-server. It is built from their source packages by spice-codecs-native.ts.
 *
 *   time quic|lz|lz4|lz4-rgb32|lz4-rgba|glz REPETITIONS FILE [BEFORE|SIZE]   prints the fastest in ms; glz decodes BEFORE first,
 *     untimed; lz4-rgb32 and lz4-rgba turn liblz4's BGRX or BGRA into RGBA within what is timed
 *   encode-quic KIND WIDTH HEIGHT PIXEL_BYTES IN OUT
 *   encode-lz KIND WIDTH HEIGHT STRIDE TOP_DOWN IN OUT
 *   encode-lz4 FORMAT HEIGHT STRIDE TOP_DOWN ROWS_A_BLOCK IN OUT
 *   encode-glz WINDOW_PIXELS OUT_PREFIX (KIND WIDTH HEIGHT STRIDE TOP_DOWN IN)…
 */
#include <config.h>
#include <glib.h>
#include <lz4.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/canvas_utils.h"
#include "common/quic.h"
#include "common/lz.h"
#include "glz-encoder.h"
#include "decode.h"

/* What spice-gtk's GLZ decoder wants of the rest of spice-gtk, for one thread and images in order. */
int spice_util_get_debug(void) { return 0; }
void *g_coroutine_self(void) { return NULL; }
int g_coroutine_condition_wait(void *self, int (*condition)(void *), void *data) { return condition(data); }

#define CALLBACKS(Type, prefix)                                                                  \
    static void prefix##_error(Type *usr, const char *format, ...)                               \
    {                                                                                            \
        va_list list;                                                                            \
        va_start(list, format);                                                                  \
        vfprintf(stderr, format, list);                                                          \
        exit(3);                                                                                 \
    }                                                                                            \
    static void prefix##_quiet(Type *usr, const char *format, ...) {}                            \
    static void *prefix##_malloc(Type *usr, int size) { return malloc(size); }                   \
    static void prefix##_free(Type *usr, void *memory) { free(memory); }                         \
    static int prefix##_lines(Type *usr, uint8_t **lines) { return 0; }

CALLBACKS(QuicUsrContext, quic)
CALLBACKS(LzUsrContext, lz)
CALLBACKS(GlzEncoderUsrContext, glz)
static int quic_space(QuicUsrContext *usr, uint32_t **io, int rows) { return 0; }
static int lz_space(LzUsrContext *usr, uint8_t **io) { return 0; }
static int glz_space(GlzEncoderUsrContext *usr, uint8_t **io) { return 0; }
static void glz_free_image(GlzEncoderUsrContext *usr, GlzUsrImageContext *image) {}

static QuicUsrContext quic_usr = {quic_error, quic_quiet, quic_quiet, quic_malloc, quic_free, quic_space, quic_lines};
static LzUsrContext lz_usr = {lz_error, lz_quiet, lz_quiet, lz_malloc, lz_free, lz_space, lz_lines};
static GlzEncoderUsrContext glz_usr = {glz_error, glz_quiet,  glz_quiet, glz_malloc,
                                       glz_free,  glz_lines, glz_space, glz_free_image};

static uint8_t *read_file(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 64);
    if (fread(bytes, 1, *size, file) != *size) exit(2);
    fclose(file);
    return bytes;
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int compare(const void *one, const void *other)
{
    const double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static uint8_t *target;

static double time_quic(uint8_t *data, size_t size)
{
    QuicContext *quic = quic_create(&quic_usr);
    QuicImageType type;
    int width, height;
    const double start = now();
    quic_decode_begin(quic, (uint32_t *)data, size / 4, &type, &width, &height);
    if (!target) target = malloc((size_t)width * height * 4);
    quic_decode(quic, type, target, width * 4);
    const double end = now();
    quic_destroy(quic);
    return end - start;
}

static double time_lz(uint8_t *data, size_t size)
{
    LzContext *lz = lz_create(&lz_usr);
    LzImageType type;
    int width, height, pixels, top_down;
    const double start = now();
    lz_decode_begin(lz, data, size, &type, &width, &height, &pixels, &top_down, NULL);
    if (!target) target = malloc((size_t)pixels * 4);
    lz_decode(lz, type, target);
    const double end = now();
    lz_destroy(lz);
    return end - start;
}

/* What a canvas that takes RGBA needs of BGRX. */
static void swap_colours(uint32_t *pixels, size_t count, uint32_t forced)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t pixel = pixels[i];
        pixels[i] = forced | (pixel & 0xff00ff00) | (pixel & 0xff) << 16 | (pixel >> 16 & 0xff);
    }
}

static double time_lz4(uint8_t *data, size_t size, size_t bytes, const char *order)
{
    if (!target) target = malloc(bytes);
    const double start = now();
    LZ4_streamDecode_t *stream = LZ4_createStreamDecode();
    size_t to = 0;
    for (size_t at = 2; at < size;) {
        const int block = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
        at += 4;
        to += LZ4_decompress_safe_continue(stream, (char *)data + at, (char *)target + to, block, bytes - to);
        at += block;
    }
    LZ4_freeStreamDecode(stream);
    if (*order) swap_colours((uint32_t *)target, bytes / 4, strcmp(order, "-rgba") ? 0xff000000 : 0);
    return now() - start;
}

static double time_glz(uint8_t *data, uint8_t *before)
{
    SpiceGlzDecoderWindow *window = glz_decoder_window_new();
    SpiceGlzDecoder *decoder = glz_decoder_new(window);
    LzDecodeUsrData usr = {0};
    decoder->ops->decode(decoder, before, NULL, &usr);
    pixman_image_unref(usr.out_surface);
    const double start = now();
    decoder->ops->decode(decoder, data, NULL, &usr);
    const double end = now();
    pixman_image_unref(usr.out_surface);
    glz_decoder_destroy(decoder);
    glz_decoder_window_destroy(window);
    return end - start;
}

static int run_time(int count, char **words)
{
    const int repetitions = atoi(words[3]);
    double *times = malloc(repetitions * sizeof(double));
    size_t size, unused;
    uint8_t *data = read_file(words[4], &size);
    uint8_t *before = !strcmp(words[2], "glz") ? read_file(words[5], &unused) : NULL;
    for (int i = 0; i < repetitions; i++) {
        if (!strcmp(words[2], "quic")) times[i] = time_quic(data, size);
        else if (!strcmp(words[2], "lz")) times[i] = time_lz(data, size);
        else if (!strncmp(words[2], "lz4", 3)) times[i] = time_lz4(data, size, atol(words[5]), words[2] + 3);
        else times[i] = time_glz(data, before);
    }
    qsort(times, repetitions, sizeof(double), compare);
    printf("%.3f\n", times[0]);
    return 0;
}

static int encode_glz(int count, char **words)
{
    GlzEncDictContext *dictionary = glz_enc_dictionary_create(atoi(words[2]), 1, &glz_usr);
    GlzEncoderContext *encoder = glz_encoder_create(0, dictionary, &glz_usr);
    for (int i = 4, image = 0; i + 5 < count; i += 6, image++) {
        const int width = atoi(words[i + 1]), height = atoi(words[i + 2]);
        size_t size;
        uint8_t *pixels = read_file(words[i + 5], &size);
        const size_t room = (size_t)width * height * 8 + 65536;
        uint8_t *out = malloc(room);
        GlzEncDictImageContext *context;
        const int length = glz_encode(encoder, atoi(words[i]), width, height, atoi(words[i + 4]), pixels, height,
                                      atoi(words[i + 3]), out, room, (void *)1, &context);
        char name[4096];
        snprintf(name, sizeof name, "%s%d", words[3], image);
        write_file(name, out, length);
    }
    return 0;
}

int main(int count, char **words)
{
    if (count > 4 && !strcmp(words[1], "time")) return run_time(count, words);
    if (count > 4 && !strcmp(words[1], "encode-glz")) return encode_glz(count, words);
    if (count < 8) return 1;
    const int a = atoi(words[2]), b = atoi(words[3]), c = atoi(words[4]), d = atoi(words[5]);
    size_t size;
    if (!strcmp(words[1], "encode-quic")) {
        uint8_t *pixels = read_file(words[6], &size);
        const uint32_t room = b * c * 4 + 4096;
        uint32_t *out = malloc(room * 4);
        write_file(words[7], out, 4 * quic_encode(quic_create(&quic_usr), a, b, c, pixels, c, b * d, out, room));
        return 0;
    }
    if (count < 9) return 1;
    if (!strcmp(words[1], "encode-lz")) {
        uint8_t *pixels = read_file(words[7], &size);
        const size_t room = (size_t)b * c * 8 + 65536;
        uint8_t *out = malloc(room);
        write_file(words[8], out, lz_encode(lz_create(&lz_usr), a, b, c, atoi(words[6]), pixels, c, d, out, room));
        return 0;
    }
    if (!strcmp(words[1], "encode-lz4")) {
        const int rows = atoi(words[6]);
        uint8_t *pixels = read_file(words[7], &size);
        uint8_t *out = malloc((size_t)b * (c * 2 + 64) + 1024), *next = out;
        *next++ = d;
        *next++ = a;
        LZ4_stream_t *stream = LZ4_createStream();
        for (int y = 0; y < b; y += rows) {
            const int bytes = (b - y < rows ? b - y : rows) * c;
            const int block = LZ4_compress_fast_continue(stream, (char *)pixels + (size_t)y * c, (char *)next + 4, bytes,
                                                         LZ4_compressBound(bytes), 1);
            const uint32_t length = GUINT32_TO_BE(block);
            memcpy(next, &length, 4);
            next += 4 + block;
        }
        write_file(words[8], out, next - out);
        return 0;
    }
    return 1;
}
