// The Chainflix player engine. Made by cbindgen from client/ffi/src; a test keeps it as it would be made.
//
// Every call answers with a status, CHAINFLIX_OK or why not; chainflix_last_error() has a sentence for people about the
// last failure of the calling thread. No call throws, aborts or panics over the border. What a call hands out through a
// pointer is the caller's: chainflix_client with chainflix_client_free(), chainflix_playback with
// chainflix_playback_free(); strings that are borrowed say how long they live. All other memory is the caller's own.
// A handle may be used by several threads at a time; freeing it must be the last use.


#ifndef CHAINFLIX_PLAYER_H
#define CHAINFLIX_PLAYER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// Pictures move.
#define CHAINFLIX_PLAYING 0

// It would play, but waits for data.
#define CHAINFLIX_STALLED 1

// The viewer paused it, or it has not begun.
#define CHAINFLIX_PAUSED 2

// It is jumping to another position.
#define CHAINFLIX_SEEKING 3

// The video is over.
#define CHAINFLIX_ENDED 4

// It plays where nobody can see it: in the background, or out of sight.
#define CHAINFLIX_HIDDEN 5

// Normal speed, in thousandths.
#define CHAINFLIX_NORMAL_RATE 1000

// Bytes of the words of an event, the closing zero included.
#define CHAINFLIX_WORDS 256

// What an event is about.
typedef enum chainflix_event_kind {
  // A minute is being proved.
  CHAINFLIX_MINING_STARTED = 0,
  // A verifier accepted a minute.
  CHAINFLIX_VIEW_ACCEPTED = 1,
  // A minute earns nothing; `words` say why.
  CHAINFLIX_VIEW_REFUSED = 2,
  // No verifier can be reached; it is tried again.
  CHAINFLIX_WAITING_FOR_VERIFIER = 3,
  // A source was given up; `words` say why.
  CHAINFLIX_SOURCE_DROPPED = 4,
  // Something does not work at the moment and is tried again; `words` say what.
  CHAINFLIX_TROUBLE = 5,
} chainflix_event_kind;

// Answer of every call that can fail.
typedef enum chainflix_status {
  // Done.
  CHAINFLIX_OK = 0,
  // A pointer is null, a text is not UTF-8, a number is out of range, or a buffer is too small.
  CHAINFLIX_BAD_ARGUMENT = 1,
  // Somebody who is needed can't be reached, or refused.
  CHAINFLIX_FAILED = 2,
  // The video has no such part.
  CHAINFLIX_NO_SUCH_PART = 3,
  // The minute's key is refused.
  CHAINFLIX_KEY_REFUSED = 4,
  // The playback was cancelled.
  CHAINFLIX_CANCELLED = 5,
  // Nothing happened within the time.
  CHAINFLIX_TIMEOUT = 6,
  // A fault of the library itself; the handle may be freed, and nothing else.
  CHAINFLIX_PANICKED = 7,
} chainflix_status;

// A connected client for one account.
typedef struct chainflix_client chainflix_client;

// A video that is being played.
typedef struct chainflix_playback chainflix_playback;

// Something that a viewer may want to see.
typedef struct chainflix_event {
  // What it is about.
  enum chainflix_event_kind kind;
  // Which minute; of a source, for which it was asked.
  uint16_t cell;
  // Which source, by its index on chain; 0 of a minute.
  uint32_t provider;
  // Whether that source sent something else than was published: 1, or 0.
  uint8_t lied;
  // One sentence in UTF-8, cut where it is too long; empty when there is nothing to say.
  char words[CHAINFLIX_WORDS];
} chainflix_event;

// What a playback counted.
typedef struct chainflix_counts {
  // Minutes that verifiers accepted.
  uint32_t accepted;
  // Minutes that earn nothing.
  uint32_t refused;
  // Storage nodes that delivered, or were given up.
  uint32_t sources;
  // How often one of them was given up.
  uint32_t dropped;
  // Groups that were not what was published.
  uint32_t bad_groups;
  // How often playing stopped because what comes next was not there, by what was reported.
  uint32_t stalls;
  // How long it stood in all, in ms.
  uint64_t stalled_ms;
  // From chainflix_open() to the first report that it plays, in ms; 0 before that.
  uint64_t first_frame_ms;
  // Bytes from storage nodes, by their receipts.
  uint64_t bytes;
  // Of what came from storage nodes, bytes that came through a relay.
  uint64_t bytes_relayed;
  // What the line carries, in bits per second; 0 until it is known.
  uint64_t line_bits_per_second;
} chainflix_counts;

// A video.
typedef struct chainflix_video {
  // Title. It lives as long as the playback.
  const char *title;
  // Length in ms.
  uint32_t duration_ms;
  // Renditions, counted from 0.
  uint8_t renditions;
  // The rendition that a player should begin with, which is fetched already.
  uint8_t first_rendition;
} chainflix_video;

// One encoding of a video.
typedef struct chainflix_rendition {
  // Codecs as in RFC 6381. They live as long as the playback.
  const char *codecs;
  // Width in pixels, 0 without picture.
  uint16_t width;
  // Height in pixels, 0 without picture.
  uint16_t height;
  // Peak bits per second.
  uint32_t bandwidth;
  // Bytes of the CMAF initialisation segment.
  uint32_t init_bytes;
  // Cells, counted from 0, each a minute or the rest of the video.
  uint16_t cells;
} chainflix_rendition;

// One cell of a rendition.
typedef struct chainflix_cell {
  // Length in bytes.
  uint32_t bytes;
  // Playtime in ms.
  uint32_t playtime_ms;
  // CMAF fragments, counted from 0.
  uint32_t fragments;
} chainflix_cell;

// One CMAF fragment of a cell, which begins with a key frame.
typedef struct chainflix_fragment {
  // First byte in the cell.
  uint32_t from;
  // Byte after its last.
  uint32_t to;
  // Duration in ms.
  uint32_t duration_ms;
} chainflix_fragment;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Version of the library, such as "0.1.0". It lives as long as the program.
const char *chainflix_version(void);

// Connects. `chain` are ws:// addresses of nodes, separated by commas; `controller` an http:// address, or null for the
// first that is registered on chain; `wallet` the path of a key file that only its owner can read.
//
// # Safety
// Texts end with a zero byte; `client` may be written to.
enum chainflix_status chainflix_connect(const char *chain,
                                        const char *controller,
                                        const char *wallet,
                                        struct chainflix_client **client);

// Frees a client; playbacks that it opened stay. Null is nothing.
//
// # Safety
// `client` is null, or was handed out by chainflix_connect() and is used no more.
void chainflix_client_free(struct chainflix_client *client);

// Opens a video by its magnet link, or by the bare id in hex. Fetching begins at once.
//
// # Safety
// `client` is not freed, `link` ends with a zero byte, `playback` may be written to.
enum chainflix_status chainflix_open(const struct chainflix_client *client,
                                     const char *link,
                                     struct chainflix_playback **playback);

// Reads the plaintext of bytes `from` to `to`, not included, of a cell into `buffer`, which holds `to - from`. Waits until
// it is fetched and its key may be had.
//
// # Safety
// `playback` is not freed; `to - from` bytes may be written at `buffer`.
enum chainflix_status chainflix_read(const struct chainflix_playback *playback,
                                     uint8_t rendition,
                                     uint16_t cell,
                                     uint32_t from,
                                     uint32_t to,
                                     uint8_t *buffer);

// Tells what the player does: at each change, and at least twice a second while it plays. `state` is CHAINFLIX_PLAYING
// and so on, `rate` the speed in thousandths. What counts as shown, and earns, is what is reported so.
//
// # Safety
// `playback` is not freed.
enum chainflix_status chainflix_report(const struct chainflix_playback *playback,
                                       uint64_t position_ms,
                                       uint32_t state,
                                       uint32_t rate);

// Ends what waits in other threads, and every later call that would: they answer CHAINFLIX_CANCELLED.
//
// # Safety
// `playback` is not freed.
enum chainflix_status chainflix_cancel(const struct chainflix_playback *playback);

// Ends a playback and frees it; keys and plaintext are wiped. Null is nothing.
//
// # Safety
// `playback` is null, or was handed out by chainflix_open() and is used no more, also by no other thread.
void chainflix_playback_free(struct chainflix_playback *playback);

// The next event. Waits for at most `timeout_ms`, then answers CHAINFLIX_TIMEOUT. Of several threads that wait one gets
// it. A program that is more than a thousand events behind loses the oldest.
//
// # Safety
// `playback` is not freed, `event` may be written to.
enum chainflix_status chainflix_next_event(const struct chainflix_playback *playback,
                                           uint32_t timeout_ms,
                                           struct chainflix_event *event);

// Waits until every minute that was played through is accepted or refused, for at most `timeout_ms`, then answers
// CHAINFLIX_TIMEOUT.
//
// # Safety
// `playback` is not freed.
enum chainflix_status chainflix_wait_until_mined(const struct chainflix_playback *playback,
                                                 uint32_t timeout_ms);

// What was counted so far.
//
// # Safety
// `playback` is not freed, `counts` may be written to.
enum chainflix_status chainflix_counts_of(const struct chainflix_playback *playback,
                                          struct chainflix_counts *counts);

// A sentence about the last failure on this thread; empty when there was none. It lives until the thread's next call.
const char *chainflix_last_error(void);

// What a playback plays.
//
// # Safety
// `playback` is not freed, `video` may be written to.
enum chainflix_status chainflix_video_of(const struct chainflix_playback *playback,
                                         struct chainflix_video *video);

// One of its renditions.
//
// # Safety
// `playback` is not freed, `found` may be written to.
enum chainflix_status chainflix_rendition_of(const struct chainflix_playback *playback,
                                             uint8_t rendition,
                                             struct chainflix_rendition *found);

// Copies a rendition's CMAF initialisation segment into `buffer`, which holds `capacity` bytes.
//
// # Safety
// `playback` is not freed; `capacity` bytes may be written at `buffer`.
enum chainflix_status chainflix_init_segment(const struct chainflix_playback *playback,
                                             uint8_t rendition,
                                             uint8_t *buffer,
                                             size_t capacity);

// One cell of a rendition.
//
// # Safety
// `playback` is not freed, `found` may be written to.
enum chainflix_status chainflix_cell_of(const struct chainflix_playback *playback,
                                        uint8_t rendition,
                                        uint16_t cell,
                                        struct chainflix_cell *found);

// One fragment of a cell.
//
// # Safety
// `playback` is not freed, `found` may be written to.
enum chainflix_status chainflix_fragment_of(const struct chainflix_playback *playback,
                                            uint8_t rendition,
                                            uint16_t cell,
                                            uint32_t fragment,
                                            struct chainflix_fragment *found);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CHAINFLIX_PLAYER_H */
