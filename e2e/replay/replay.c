// Plays a recording of spice-server's (SPICE_WORKER_RECORD_FILENAME) to whoever connects, on libspice-server's own reader of recordings:
// `replay RECORDING IMAGE-COMPRESSION JPEG ZLIB-GLZ STREAMING VIDEO-CODECS` with spice-server's numbers for SpiceImageCompression,
// spice_wan_compression_t and SPICE_STREAM_VIDEO_*, and `-` for its own choice of codecs. It says `listening PORT` on stdout, the port being
// one of 127.0.0.1: on a unix socket spice-server compresses no image that is drawn (dcc-send.cpp). It reads lines on stdin:
//   play UNTIL SPEED   gives the commands that were recorded until UNTIL (ns), SPEED times as fast as they came (0: at once),
//                      and answers `played COUNT` when the server has taken all of them
//   picture FILE       writes the primary surface as the server itself draws it: `picture FORMAT WIDTH HEIGHT STRIDE`, rows from the top
// and ends with stdin. The distribution's spice-server-replay ends with the last command, before its clients have seen it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib-unix.h>
#include <glib.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <spice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SURFACES = 1024, // as many as QEMU allows
    MOST_QUEUED = 50,
    // What a recording's events of kind 1 mean (RedWorkerMessage). These two touch nothing that commands depend on.
    MESSAGE_UPDATE = 1,
    MESSAGE_WAKEUP = 2,
};

// A command of the recording: when it came, and whether the device itself was told something before it.
typedef struct {
    uint64_t time;
    gboolean after_message;
} Recorded;

static struct {
    QXLInstance qxl;
    SpiceReplay *replay;
    GArray *recorded;
    guint next;
    uint64_t until, recorded_from;
    gint64 played_from;
    double speed;
    gboolean playing;
    guint source;
    GMainLoop *loop;
} player;

// Between our thread and the worker's.
static GMutex lock;
static GQueue draws = G_QUEUE_INIT, cursors = G_QUEUE_INIT;

static struct {
    QXLDevSurfaceCreate of;
    gboolean exists;
} primary;

// The library tells itself of the recording's screens through its own public functions; we listen in.
void spice_qxl_create_primary_surface(QXLInstance *qxl, uint32_t id, QXLDevSurfaceCreate *surface)
{
    void (*real)(QXLInstance *, uint32_t, QXLDevSurfaceCreate *) = dlsym(RTLD_NEXT, "spice_qxl_create_primary_surface");
    primary.of = *surface;
    primary.exists = TRUE;
    real(qxl, id, surface);
}

void spice_qxl_destroy_primary_surface(QXLInstance *qxl, uint32_t id)
{
    void (*real)(QXLInstance *, uint32_t) = dlsym(RTLD_NEXT, "spice_qxl_destroy_primary_surface");
    primary.exists = FALSE;
    real(qxl, id);
}

// ---- spice-server's main loop, on GLib's

struct SpiceTimer {
    SpiceTimerFunc fired;
    void *opaque;
    guint source;
};

static gboolean timer_fired(gpointer data)
{
    SpiceTimer *timer = data;
    timer->source = 0;
    timer->fired(timer->opaque);
    return G_SOURCE_REMOVE;
}

static SpiceTimer *timer_add(SpiceTimerFunc fired, void *opaque)
{
    SpiceTimer *timer = g_new0(SpiceTimer, 1);
    timer->fired = fired;
    timer->opaque = opaque;
    return timer;
}

static void timer_cancel(SpiceTimer *timer)
{
    if (timer->source != 0)
        g_source_remove(timer->source);
    timer->source = 0;
}

static void timer_start(SpiceTimer *timer, uint32_t ms)
{
    timer_cancel(timer);
    timer->source = g_timeout_add(ms, timer_fired, timer);
}

static void timer_remove(SpiceTimer *timer)
{
    timer_cancel(timer);
    g_free(timer);
}

struct SpiceWatch {
    int fd;
    SpiceWatchFunc ready;
    void *opaque;
    guint source;
};

static gboolean watch_ready(gint fd, GIOCondition condition, gpointer data)
{
    SpiceWatch *watch = data;
    int events = 0;
    if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
        events |= SPICE_WATCH_EVENT_READ;
    if (condition & G_IO_OUT)
        events |= SPICE_WATCH_EVENT_WRITE;
    watch->ready(fd, events, watch->opaque);
    return G_SOURCE_CONTINUE;
}

static void watch_update_mask(SpiceWatch *watch, int events)
{
    if (watch->source != 0)
        g_source_remove(watch->source);
    watch->source = 0;
    GIOCondition condition = 0;
    if (events & SPICE_WATCH_EVENT_READ)
        condition |= G_IO_IN | G_IO_HUP;
    if (events & SPICE_WATCH_EVENT_WRITE)
        condition |= G_IO_OUT;
    if (condition != 0)
        watch->source = g_unix_fd_add(watch->fd, condition, watch_ready, watch);
}

static SpiceWatch *watch_add(int fd, int events, SpiceWatchFunc ready, void *opaque)
{
    SpiceWatch *watch = g_new0(SpiceWatch, 1);
    watch->fd = fd;
    watch->ready = ready;
    watch->opaque = opaque;
    watch_update_mask(watch, events);
    return watch;
}

static void watch_remove(SpiceWatch *watch)
{
    watch_update_mask(watch, 0);
    g_free(watch);
}

static void channel_event(int event, SpiceChannelEventInfo *info)
{
}

static SpiceCoreInterface core = {
    .base = {SPICE_INTERFACE_CORE, "replay", SPICE_INTERFACE_CORE_MAJOR, SPICE_INTERFACE_CORE_MINOR},
    .timer_add = timer_add,
    .timer_start = timer_start,
    .timer_cancel = timer_cancel,
    .timer_remove = timer_remove,
    .watch_add = watch_add,
    .watch_update_mask = watch_update_mask,
    .watch_remove = watch_remove,
    .channel_event = channel_event,
};

// ---- the device; all but attached_worker and get_init_info are called in the worker's thread

static gboolean feed(gpointer unused);

static void feed_soon(void)
{
    // From the default priority, so that it comes after what clients say.
    g_idle_add(feed, NULL);
}

static int take(GQueue *queue, QXLCommandExt *command)
{
    g_mutex_lock(&lock);
    QXLCommandExt *head = g_queue_pop_head(queue);
    gboolean wants = g_queue_get_length(&draws) + g_queue_get_length(&cursors) < MOST_QUEUED / 2;
    g_mutex_unlock(&lock);
    if (wants && head != NULL)
        feed_soon();
    if (head == NULL)
        return FALSE;
    *command = *head;
    return TRUE;
}

static int is_empty(GQueue *queue)
{
    g_mutex_lock(&lock);
    gboolean empty = g_queue_is_empty(queue);
    g_mutex_unlock(&lock);
    return empty;
}

static int get_command(QXLInstance *qxl, QXLCommandExt *command)
{
    return take(&draws, command);
}

static int no_command(QXLInstance *qxl)
{
    return is_empty(&draws);
}

static int get_cursor_command(QXLInstance *qxl, QXLCommandExt *command)
{
    return take(&cursors, command);
}

static int no_cursor_command(QXLInstance *qxl)
{
    return is_empty(&cursors);
}

static void release_resource(QXLInstance *qxl, struct QXLReleaseInfoExt released)
{
    spice_replay_free_cmd(player.replay, (QXLCommandExt *)(uintptr_t)released.info->id);
}

static void attached_worker(QXLInstance *qxl)
{
}

static void set_compression_level(QXLInstance *qxl, int level)
{
}

static void notify_update(QXLInstance *qxl, uint32_t id)
{
}

static int flush_resources(QXLInstance *qxl)
{
    return TRUE;
}

static void get_init_info(QXLInstance *qxl, QXLDevInitInfo *info)
{
    *info = (QXLDevInitInfo){
        .num_memslots_groups = 1,
        .num_memslots = 1,
        .memslot_gen_bits = 1,
        .memslot_id_bits = 1,
        .n_surfaces = SURFACES,
    };
}

static const QXLInterface device = {
    .base = {SPICE_INTERFACE_QXL, "replay", SPICE_INTERFACE_QXL_MAJOR, SPICE_INTERFACE_QXL_MINOR},
    .attached_worker = attached_worker,
    .set_compression_level = set_compression_level,
    .get_init_info = get_init_info,
    .get_command = get_command,
    .req_cmd_notification = no_command,
    .release_resource = release_resource,
    .get_cursor_command = get_cursor_command,
    .req_cursor_notification = no_cursor_command,
    .notify_update = notify_update,
    .flush_resources = flush_resources,
};

// ---- the recording

// `event NUMBER KIND TYPE TIME` begins each; kind 0 is a command, 1 what the device was told. Numbers go up by one, which tells
// them from bytes of pictures that look alike.
static GArray *recorded_commands(const char *text, gsize length)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(Recorded));
    const char *end = text + length;
    gboolean after_message = FALSE;
    guint number = 0;
    for (const char *at = text; (at = memmem(at, end - at, "\nevent ", 7)) != NULL; at++) {
        char line[80] = {0};
        memcpy(line, at + 1, MIN((gsize)(end - at - 1), sizeof(line) - 1));
        guint got;
        int kind, type;
        Recorded one;
        if (sscanf(line, "event %u %d %d %" SCNu64, &got, &kind, &type, &one.time) != 4 || got != number)
            continue;
        number++;
        if (kind == 1) {
            after_message |= type != MESSAGE_UPDATE && type != MESSAGE_WAKEUP;
            continue;
        }
        one.after_message = after_message;
        after_message = FALSE;
        g_array_append_val(found, one);
    }
    return found;
}

// When the next command is due: µs from now, 0 for at once.
static gint64 due_in(uint64_t time)
{
    if (player.speed <= 0)
        return 0;
    double since = (time - player.recorded_from) / 1000.0 / player.speed;
    return (gint64)since - (g_get_monotonic_time() - player.played_from);
}

static void feed_in(gint64 us)
{
    if (player.source != 0)
        g_source_remove(player.source);
    player.source = g_timeout_add(us / 1000 + 1, feed, GINT_TO_POINTER(1));
}

static gboolean feed(gpointer by_timer)
{
    if (by_timer)
        player.source = 0;
    while (player.playing) {
        g_mutex_lock(&lock);
        guint queued = g_queue_get_length(&draws) + g_queue_get_length(&cursors);
        g_mutex_unlock(&lock);
        gboolean over = player.next >= player.recorded->len;
        Recorded next = over ? (Recorded){0} : g_array_index(player.recorded, Recorded, player.next);
        if (over || next.time > player.until) {
            if (queued > 0) {
                // The worker leaves commands where they are while a client is slow; it does not tell when it goes on.
                feed_in(2000);
                break;
            }
            player.playing = FALSE;
            printf("played %u\n", player.next);
            fflush(stdout);
            break;
        }
        gint64 wait = due_in(next.time);
        if (wait > 0 || (next.after_message && queued > 0)) {
            feed_in(wait > 0 ? wait : 1000);
            break;
        }
        if (queued >= MOST_QUEUED)
            break;
        QXLCommandExt *command = spice_replay_next_cmd(player.replay, &player.qxl);
        if (command == NULL) {
            player.next = player.recorded->len;
            continue;
        }
        player.next++;
        g_mutex_lock(&lock);
        g_queue_push_tail(command->cmd.type == QXL_CMD_CURSOR ? &cursors : &draws, command);
        g_mutex_unlock(&lock);
        spice_qxl_wakeup(&player.qxl);
    }
    return G_SOURCE_REMOVE;
}

// ---- what we are asked for

static void play(uint64_t until, double speed)
{
    gboolean over = player.next >= player.recorded->len;
    player.recorded_from = over ? 0 : g_array_index(player.recorded, Recorded, player.next).time;
    player.played_from = g_get_monotonic_time();
    player.until = until;
    player.speed = speed;
    player.playing = TRUE;
    feed_soon();
}

static void write_picture(const char *path)
{
    const QXLDevSurfaceCreate *surface = &primary.of;
    if (!primary.exists) {
        printf("picture 0 0 0 0\n");
        return;
    }
    QXLRect area = {.top = 0, .left = 0, .bottom = surface->height, .right = surface->width};
    spice_qxl_update_area(&player.qxl, 0, &area, NULL, 0, 0);
    gsize stride = ABS(surface->stride);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    for (gsize y = 0; y < surface->height; y++) {
        // With a negative stride the last row comes first.
        gsize row = surface->stride < 0 ? surface->height - 1 - y : y;
        fwrite((const char *)(uintptr_t)surface->mem + row * stride, 1, stride, file);
    }
    fclose(file);
    printf("picture %u %u %u %zu\n", surface->format, surface->width, surface->height, stride);
}

// A port that is free, already listened on, so that nobody else gets it.
static int listen_on_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("no port to listen on");
        exit(1);
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static gboolean take_line(GIOChannel *channel, GIOCondition condition, gpointer unused)
{
    g_autofree char *line = NULL;
    if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(player.loop);
        return G_SOURCE_REMOVE;
    }
    g_strchomp(line);
    uint64_t until;
    double speed;
    if (sscanf(line, "play %" SCNu64 " %lf", &until, &speed) == 2)
        play(until, speed);
    else if (g_str_has_prefix(line, "picture "))
        write_picture(line + strlen("picture "));
    fflush(stdout);
    return G_SOURCE_CONTINUE;
}

int main(int count, char **words)
{
    if (count != 7) {
        fprintf(stderr, "replay RECORDING IMAGE-COMPRESSION JPEG ZLIB-GLZ STREAMING VIDEO-CODECS\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    GError *error = NULL;
    GMappedFile *mapped = g_mapped_file_new(words[1], FALSE, &error);
    FILE *file = fopen(words[1], "rb");
    if (mapped == NULL || file == NULL) {
        fprintf(stderr, "%s cannot be read\n", words[1]);
        return 1;
    }
    player.recorded = recorded_commands(g_mapped_file_get_contents(mapped), g_mapped_file_get_length(mapped));
    g_mapped_file_unref(mapped);
    player.replay = spice_replay_new(file, SURFACES);
    if (player.replay == NULL)
        return 1;

    player.loop = g_main_loop_new(NULL, FALSE);
    SpiceServer *server = spice_server_new();
    int port;
    int fd = listen_on_loopback(&port);
    if (spice_server_set_listen_socket_fd(server, fd) != 0)
        return 1;
    spice_server_set_noauth(server);
    spice_server_set_image_compression(server, atoi(words[2]));
    spice_server_set_jpeg_compression(server, atoi(words[3]));
    spice_server_set_zlib_glz_compression(server, atoi(words[4]));
    spice_server_set_streaming_video(server, atoi(words[5]));
    if (strcmp(words[6], "-") != 0 && spice_server_set_video_codecs(server, words[6]) != 0) {
        fprintf(stderr, "spice-server does not take the video codecs %s\n", words[6]);
        return 1;
    }
    if (spice_server_init(server, &core) != 0)
        return 1;
    player.qxl.base.sif = &device.base;
    if (spice_server_add_interface(server, &player.qxl.base) != 0)
        return 1;
    QXLDevMemSlot everything = {.virt_end = ~(uintptr_t)0, .qxl_ram_size = ~0u};
    spice_qxl_add_memslot(&player.qxl, &everything);
    spice_server_vm_start(server);

    g_io_add_watch(g_io_channel_unix_new(0), G_IO_IN | G_IO_HUP, take_line, NULL);
    printf("listening %d\n", port);
    fflush(stdout);
    g_main_loop_run(player.loop);
    // The worker's thread ends with the process; commands that it still holds need no order.
    _exit(0);
}
