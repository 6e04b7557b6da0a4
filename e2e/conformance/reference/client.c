// A SPICE client without a window, on spice-gtk's libspice-client-glib-2.0: the reference that our own viewer is compared with.
// `client UNIX-SOCKET [PREFERRED-COMPRESSION]` reads commands as lines on stdin, `ID WORD ARGUMENT…`, and answers each on stdout with a
// line `ID LENGTH VALUE…`, then LENGTH raw bytes:
//   marked                       answers when the display has been marked (at once when it has)
//   picture                      → FORMAT WIDTH HEIGHT STRIDE, bytes: the primary surface as it is (surface_fmt; 0 0 0 0 for none)
//   invalidations                → COUNT TIME: how often something was drawn, and when it was last (µs, monotonic clock)
//   invalidated COUNT            the same, answered when more than COUNT have been
//   key-down CODE, key-up CODE   → TIME of sending
//   position X Y BUTTONS         → TIME of sending
//   cursor                       → SHAPES WIDTH HEIGHT HOT-X HOT-Y X Y HIDES RESETS, bytes: RGBA of the last shape
// A line `0 0 MESSAGE` says that a channel has failed; the process ends when the session does.

#include <inttypes.h>
#include <spice-client.h>
#include <stdio.h>

typedef struct {
    guint64 id;
    guint64 beyond;
} Waiter;

static SpiceChannel *display, *inputs;
static GArray *mark_waiters, *draw_waiters;
static gint compression;
static gboolean marked;
static guint64 drawn;
static gint64 drawn_at;
static struct {
    gint shapes, width, height, hot_x, hot_y, x, y, hides, resets;
    guint8 *rgba;
} cursor;

static void answer(guint64 id, const void *bytes, gsize length, const char *values)
{
    printf("%" PRIu64 " %zu %s\n", id, length, values);
    if (length > 0)
        fwrite(bytes, 1, length, stdout);
    fflush(stdout);
}

static void answer_time(guint64 id)
{
    g_autofree char *values = g_strdup_printf("%" PRId64, g_get_monotonic_time());
    answer(id, NULL, 0, values);
}

static void answer_drawn(guint64 id)
{
    g_autofree char *values = g_strdup_printf("%" PRIu64 " %" PRId64, drawn, drawn_at);
    answer(id, NULL, 0, values);
}

static void answer_picture(guint64 id)
{
    SpiceDisplayPrimary primary = {0};
    if (display == NULL || !spice_display_channel_get_primary(display, 0, &primary) || primary.data == NULL) {
        answer(id, NULL, 0, "0 0 0 0");
        return;
    }
    g_autofree char *values =
        g_strdup_printf("%d %d %d %d", primary.format, primary.width, primary.height, primary.stride);
    answer(id, primary.data, (gsize)primary.stride * primary.height, values);
}

static void answer_cursor(guint64 id)
{
    g_autofree char *values =
        g_strdup_printf("%d %d %d %d %d %d %d %d %d", cursor.shapes, cursor.width, cursor.height, cursor.hot_x,
                        cursor.hot_y, cursor.x, cursor.y, cursor.hides, cursor.resets);
    answer(id, cursor.rgba, cursor.rgba == NULL ? 0 : (gsize)cursor.width * cursor.height * 4, values);
}

static void on_mark(SpiceChannel *channel, gint mark, gpointer data)
{
    marked = mark != 0;
    if (!marked)
        return;
    for (guint i = 0; i < mark_waiters->len; i++)
        answer(g_array_index(mark_waiters, Waiter, i).id, NULL, 0, "");
    g_array_set_size(mark_waiters, 0);
}

static void on_invalidate(SpiceChannel *channel, gint x, gint y, gint width, gint height, gpointer data)
{
    drawn++;
    drawn_at = g_get_monotonic_time();
    for (guint i = 0; i < draw_waiters->len;) {
        Waiter *waiter = &g_array_index(draw_waiters, Waiter, i);
        if (drawn > waiter->beyond) {
            answer_drawn(waiter->id);
            g_array_remove_index(draw_waiters, i);
        } else {
            i++;
        }
    }
}

static void on_cursor_set(SpiceChannel *channel, gint width, gint height, gint x, gint y, gpointer rgba, gpointer data)
{
    g_free(cursor.rgba);
    cursor.shapes++;
    cursor.width = width;
    cursor.height = height;
    cursor.hot_x = x;
    cursor.hot_y = y;
    cursor.rgba = rgba == NULL ? NULL : g_memdup2(rgba, (gsize)width * height * 4);
}

static void on_cursor_move(SpiceChannel *channel, gint x, gint y, gpointer data)
{
    cursor.x = x;
    cursor.y = y;
}

static void on_cursor_hide(SpiceChannel *channel, gpointer data)
{
    cursor.hides++;
}

static void on_cursor_reset(SpiceChannel *channel, gpointer data)
{
    cursor.resets++;
}

static void on_channel_event(SpiceChannel *channel, SpiceChannelEvent event, gpointer loop)
{
    if (event == SPICE_CHANNEL_OPENED) {
        if (SPICE_IS_DISPLAY_CHANNEL(channel) && compression > 0)
            spice_display_channel_change_preferred_compression(channel, compression);
        return;
    }
    g_autofree char *values = g_strdup_printf("channel event %d", event);
    answer(0, NULL, 0, values);
    g_main_loop_quit(loop);
}

static void on_channel_new(SpiceSession *session, SpiceChannel *channel, gpointer loop)
{
    g_signal_connect(channel, "channel-event", G_CALLBACK(on_channel_event), loop);
    gint id;
    g_object_get(channel, "channel-id", &id, NULL);
    if (id != 0)
        return;
    if (SPICE_IS_DISPLAY_CHANNEL(channel)) {
        display = channel;
        g_signal_connect(channel, "display-mark", G_CALLBACK(on_mark), NULL);
        g_signal_connect(channel, "display-invalidate", G_CALLBACK(on_invalidate), NULL);
    } else if (SPICE_IS_INPUTS_CHANNEL(channel)) {
        inputs = channel;
    } else if (SPICE_IS_CURSOR_CHANNEL(channel)) {
        g_signal_connect(channel, "cursor-set", G_CALLBACK(on_cursor_set), NULL);
        g_signal_connect(channel, "cursor-move", G_CALLBACK(on_cursor_move), NULL);
        g_signal_connect(channel, "cursor-hide", G_CALLBACK(on_cursor_hide), NULL);
        g_signal_connect(channel, "cursor-reset", G_CALLBACK(on_cursor_reset), NULL);
    } else if (!SPICE_IS_MAIN_CHANNEL(channel)) {
        return;
    }
    spice_channel_connect(channel);
}

static void obey(guint64 id, const char *word, gint64 a, gint64 b, gint64 c)
{
    Waiter waiter = {id, a};
    if (g_str_equal(word, "marked")) {
        if (marked)
            answer(id, NULL, 0, "");
        else
            g_array_append_val(mark_waiters, waiter);
    } else if (g_str_equal(word, "picture")) {
        answer_picture(id);
    } else if (g_str_equal(word, "invalidations")) {
        answer_drawn(id);
    } else if (g_str_equal(word, "invalidated")) {
        if (drawn > (guint64)a)
            answer_drawn(id);
        else
            g_array_append_val(draw_waiters, waiter);
    } else if (g_str_equal(word, "cursor")) {
        answer_cursor(id);
    } else if (inputs != NULL && g_str_equal(word, "key-down")) {
        spice_inputs_channel_key_press(SPICE_INPUTS_CHANNEL(inputs), a);
        answer_time(id);
    } else if (inputs != NULL && g_str_equal(word, "key-up")) {
        spice_inputs_channel_key_release(SPICE_INPUTS_CHANNEL(inputs), a);
        answer_time(id);
    } else if (inputs != NULL && g_str_equal(word, "position")) {
        spice_inputs_channel_position(SPICE_INPUTS_CHANNEL(inputs), a, b, 0, c);
        answer_time(id);
    } else {
        answer(id, NULL, 0, "refused");
    }
}

static gboolean on_input(GIOChannel *source, GIOCondition condition, gpointer loop)
{
    g_autofree char *line = NULL;
    if (g_io_channel_read_line(source, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(loop);
        return G_SOURCE_REMOVE;
    }
    char word[32] = "";
    guint64 id = 0;
    gint64 a = 0, b = 0, c = 0;
    if (sscanf(line, "%" SCNu64 " %31s %" SCNd64 " %" SCNd64 " %" SCNd64, &id, word, &a, &b, &c) >= 2)
        obey(id, word, a, b, c);
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (argc > 2)
        compression = g_ascii_strtoll(argv[2], NULL, 10);
    mark_waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    draw_waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    SpiceSession *session = spice_session_new();
    g_object_set(session, "unix-path", argv[1], "enable-audio", FALSE, "enable-usbredir", FALSE, "enable-smartcard",
                 FALSE, NULL);
    g_signal_connect(session, "channel-new", G_CALLBACK(on_channel_new), loop);
    g_autoptr(GIOChannel) input = g_io_channel_unix_new(0);
    g_io_add_watch(input, G_IO_IN | G_IO_HUP, on_input, loop);
    if (!spice_session_connect(session))
        return 1;
    g_main_loop_run(loop);
    spice_session_disconnect(session);
    g_object_unref(session);
    return 0;
}
