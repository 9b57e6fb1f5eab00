/* misuse.c: calls everything wrongly. Whatever is answered, nothing is touched that is not there. */
#include <stdio.h>
#include <string.h>

#include "chainflix_player.h"

static int wrong;

static void expect(const char *what, enum chainflix_status answered, enum chainflix_status expected) {
    if (answered != expected) {
        printf("%s: %d instead of %d, %s\n", what, (int)answered, (int)expected, chainflix_last_error());
        wrong++;
    }
}

#define BAD(call) expect(#call, call, CHAINFLIX_BAD_ARGUMENT)

int main(int argc, char **argv) {
    struct chainflix_client *client = (struct chainflix_client *)argv;
    struct chainflix_playback *playback = (struct chainflix_playback *)argv;
    struct chainflix_video video;
    struct chainflix_rendition rendition;
    struct chainflix_cell cell;
    struct chainflix_fragment fragment;
    struct chainflix_event event;
    struct chainflix_counts counts;
    unsigned char buffer[4];
    if (argc < 2 || strlen(chainflix_version()) == 0 || strlen(chainflix_last_error()) != 0) return 2;
    BAD(chainflix_connect(NULL, NULL, argv[1], &client));
    if (client != NULL) return 3;
    BAD(chainflix_connect("ws://127.0.0.1:1", NULL, NULL, &client));
    BAD(chainflix_connect("ws://127.0.0.1:1", NULL, argv[1], NULL));
    BAD(chainflix_connect("\xff\xfe", NULL, argv[1], &client));
    BAD(chainflix_connect("ws://127.0.0.1:1", "\xff", argv[1], &client));
    expect("no wallet", chainflix_connect("ws://127.0.0.1:1", NULL, "no such file", &client), CHAINFLIX_FAILED);
    if (strstr(chainflix_last_error(), "no such file") == NULL) return 4;
    expect("nobody there", chainflix_connect("ws://127.0.0.1:1", NULL, argv[1], &client), CHAINFLIX_FAILED);
    if (strlen(chainflix_last_error()) == 0 || client != NULL) return 5;
    BAD(chainflix_open(NULL, "00", &playback));
    if (playback != NULL) return 6;
    BAD(chainflix_open(NULL, NULL, NULL));
    BAD(chainflix_video_of(NULL, &video));
    BAD(chainflix_rendition_of(NULL, 0, &rendition));
    BAD(chainflix_init_segment(NULL, 0, buffer, sizeof buffer));
    BAD(chainflix_cell_of(NULL, 0, 0, &cell));
    BAD(chainflix_fragment_of(NULL, 0, 0, 0, &fragment));
    BAD(chainflix_read(NULL, 0, 0, 0, 4, buffer));
    BAD(chainflix_report(NULL, 0, CHAINFLIX_PLAYING, CHAINFLIX_NORMAL_RATE));
    BAD(chainflix_next_event(NULL, 0, &event));
    BAD(chainflix_wait_until_mined(NULL, 0));
    BAD(chainflix_counts_of(NULL, &counts));
    BAD(chainflix_cancel(NULL));
    chainflix_playback_free(NULL);
    chainflix_client_free(NULL);
    return wrong == 0 ? 0 : 1;
}
