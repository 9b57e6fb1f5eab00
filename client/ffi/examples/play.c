/* play.c: plays a video through the Chainflix engine by the clock, without a screen, and writes what a screen would be
 * given into a file: a sink of one's own. Build it with the header and the library:
 *
 *   cc -std=c99 -I client/ffi/include play.c -L DIR -lchainflix_player -o play
 *
 * Usage: play CHAIN WALLET MAGNET OUTPUT [CONTROLLER]. Exit code 0 when everything was played and at least one minute was
 * accepted. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "chainflix_player.h"

#define REPORT_MS 250
#define PATIENCE_MS 60000

static int failed(const char *what) {
    fprintf(stderr, "error: %s: %s\n", what, chainflix_last_error());
    return 1;
}

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_ms(uint64_t ms) {
    struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static void tell_events(const struct chainflix_playback *playback) {
    struct chainflix_event event;
    while (chainflix_next_event(playback, 0, &event) == CHAINFLIX_OK) {
        if (event.kind == CHAINFLIX_VIEW_ACCEPTED) {
            fprintf(stderr, "minute %u accepted\n", (unsigned)event.cell);
        } else if (event.kind == CHAINFLIX_VIEW_REFUSED) {
            fprintf(stderr, "minute %u earns nothing: %s\n", (unsigned)event.cell, event.words);
        } else if (event.words[0] != '\0') {
            fprintf(stderr, "%s\n", event.words);
        }
    }
}

/* Shows one fragment for its time, as a screen would, and reports where it is. */
static int show(const struct chainflix_playback *playback, uint64_t position, uint64_t begins, uint32_t duration) {
    for (;;) {
        uint64_t now = now_ms();
        uint64_t shown = now < begins ? 0 : now - begins;
        uint64_t left;
        if (shown > duration) shown = duration;
        if (chainflix_report(playback, position + shown, CHAINFLIX_PLAYING, CHAINFLIX_NORMAL_RATE) != CHAINFLIX_OK) {
            return failed("the position can't be reported");
        }
        tell_events(playback);
        if (shown >= duration) return 0;
        left = duration - shown;
        wait_ms(left < REPORT_MS ? left : REPORT_MS);
    }
}

/* Plays one rendition from its start to its end; a fragment that comes late shifts what follows. */
static int play(const struct chainflix_playback *playback, uint8_t rendition, uint16_t cells, FILE *sink) {
    uint64_t position = 0, ends = 0;
    uint16_t cell;
    for (cell = 0; cell < cells; cell++) {
        struct chainflix_cell found;
        uint32_t number;
        if (chainflix_cell_of(playback, rendition, cell, &found) != CHAINFLIX_OK) return failed("no such cell");
        for (number = 0; number < found.fragments; number++) {
            struct chainflix_fragment fragment;
            uint8_t *plain;
            uint64_t now;
            if (chainflix_fragment_of(playback, rendition, cell, number, &fragment) != CHAINFLIX_OK) {
                return failed("no such fragment");
            }
            plain = malloc(fragment.to - fragment.from);
            if (plain == NULL) return 1;
            if (chainflix_read(playback, rendition, cell, fragment.from, fragment.to, plain) != CHAINFLIX_OK) {
                free(plain);
                return failed("a fragment can't be read");
            }
            if (fwrite(plain, 1, fragment.to - fragment.from, sink) != fragment.to - fragment.from) {
                free(plain);
                perror("error: the file can't be written");
                return 1;
            }
            free(plain);
            now = now_ms();
            if (ends < now) ends = now;
            if (show(playback, position, ends, fragment.duration_ms) != 0) return 1;
            position += fragment.duration_ms;
            ends += fragment.duration_ms;
        }
    }
    if (chainflix_report(playback, position, CHAINFLIX_ENDED, CHAINFLIX_NORMAL_RATE) != CHAINFLIX_OK) {
        return failed("the end can't be reported");
    }
    return 0;
}

/* The rendition with the highest bandwidth. */
static int best(const struct chainflix_playback *playback, uint8_t *rendition, uint16_t *cells) {
    struct chainflix_video video;
    uint32_t most = 0;
    uint8_t number;
    if (chainflix_video_of(playback, &video) != CHAINFLIX_OK) return failed("there is no video");
    fprintf(stderr, "playing \"%s\", %u ms\n", video.title, (unsigned)video.duration_ms);
    for (number = 0; number < video.renditions; number++) {
        struct chainflix_rendition found;
        if (chainflix_rendition_of(playback, number, &found) != CHAINFLIX_OK) return failed("no such rendition");
        if (found.bandwidth >= most) {
            most = found.bandwidth;
            *rendition = number;
            *cells = found.cells;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    struct chainflix_client *client = NULL;
    struct chainflix_playback *playback = NULL;
    struct chainflix_counts counts = {0};
    uint8_t rendition = 0;
    uint16_t cells = 0;
    int code = 1;
    FILE *sink;
    if (argc < 5) {
        fprintf(stderr, "usage: %s CHAIN WALLET MAGNET OUTPUT [CONTROLLER]\n", argv[0]);
        return 2;
    }
    sink = fopen(argv[4], "wb");
    if (sink == NULL) {
        perror("error: the file can't be made");
        return 1;
    }
    if (chainflix_connect(argv[1], argc > 5 ? argv[5] : NULL, argv[2], &client) != CHAINFLIX_OK) {
        failed("can't connect");
    } else if (chainflix_open(client, argv[3], &playback) != CHAINFLIX_OK) {
        failed("the video can't be opened");
    } else if (best(playback, &rendition, &cells) == 0 && play(playback, rendition, cells, sink) == 0) {
        if (chainflix_wait_until_mined(playback, PATIENCE_MS) != CHAINFLIX_OK) failed("not everything is proved");
        tell_events(playback);
        if (chainflix_counts_of(playback, &counts) != CHAINFLIX_OK) failed("there are no counts");
        printf("{\"accepted\":%u,\"bytes\":%llu,\"bytes_relayed\":%llu,\"sources\":%u,\"first_frame_ms\":%llu,\"stalls\":%u}\n",
               (unsigned)counts.accepted, (unsigned long long)counts.bytes, (unsigned long long)counts.bytes_relayed,
               (unsigned)counts.sources, (unsigned long long)counts.first_frame_ms, (unsigned)counts.stalls);
        code = counts.accepted > 0 ? 0 : 1;
    }
    if (fclose(sink) != 0) code = 1;
    chainflix_playback_free(playback);
    chainflix_client_free(client);
    return code;
}
