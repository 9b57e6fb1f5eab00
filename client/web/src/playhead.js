// Tells the engine what the video element does: what is mined is what was really played.

/** Reports while it plays, in ms. */
const EVERY_MS = 250;
/** State changes that wait at most; a player that is further behind has lost its gateway. */
const MOST_WAITING = 64;

/** Whether its pictures are out of sight: in a tab in the background, but in no window of its own. Sound alone is heard there, too. */
function isHidden(video) {
  const page = video.ownerDocument;
  return Boolean(page?.hidden && page.pictureInPictureElement !== video && video.videoWidth > 0);
}

/** What the element is doing, in the gateway's words. */
export function stateOf(video) {
  if (video.ended) return "ended";
  if (video.seeking) return "seeking";
  if (video.paused) return "paused";
  if (isHidden(video)) return "hidden";
  return video.readyState >= 3 ? "playing" : "stalled";
}

/** One report about the element as it is now, and about the `layers` that are on; of the advertisement before a minute, if it is one. */
export function snapshotOf(video, layers = [], ad = null) {
  return {
    ...(ad === null ? {} : { ad }),
    position_ms: Math.max(0, Math.round(video.currentTime * 1000)),
    state: stateOf(video),
    rate: video.playbackRate,
    layers,
  };
}

/** Since where what is shown now was played in one piece, in s. */
function playedFrom({ played, currentTime }) {
  for (let index = 0; index < (played?.length ?? 0); index += 1) {
    if (played.start(index) <= currentTime && currentTime <= played.end(index) + 0.5) return played.start(index);
  }
  return currentTime;
}

/**
 * Follows a video element. `send` delivers one report and resolves when it has arrived; reports are sent one after the
 * other, since an earlier one that arrives later would look like a jump. `layersOn` says which enhancements are on, `about`
 * which advertisement the element shows: null for the video, undefined when nothing is to be reported.
 */
export class PlayheadReporter {
  #video;
  #send;
  #layersOn;
  #about;
  #waiting = [];
  #sending = false;
  #timer;
  /** When something was reported last, by the page's clock, in ms. */
  #reported = -Infinity;
  #listener = () => this.note();
  #ticker = () => this.#tick();
  /** From where it plays without a pause or a jump, in s; what is set anew begins at 0. */
  #began;
  #breaks = ({ type }) => {
    const { paused, seeking, playbackRate } = this.#video;
    // A busy page hears of it late: when it plays on already, where it plays from is in the browser's own books.
    const isLate = !paused && !seeking && type !== "ratechange";
    if (type === "emptied") this.#began = 0;
    else if (isLate) this.#began = playedFrom(this.#video);
    // A new source sets the speed anew, to what it was.
    else if (type !== "ratechange" || playbackRate !== this.#rate) this.#began = this.#video.currentTime;
    this.#rate = playbackRate;
  };
  #rate;

  static EVENTS = [
    ...["play", "playing", "pause", "seeking", "seeked", "waiting", "ratechange", "ended"],
    ...["enterpictureinpicture", "leavepictureinpicture"],
  ];

  /** What playing does not go on over. */
  static BREAKS = ["emptied", "pause", "seeking", "ratechange"];

  constructor(video, send, layersOn = () => [], about = () => null) {
    this.#video = video;
    this.#send = send;
    this.#layersOn = layersOn;
    this.#about = about;
    // It may play already, from the first picture on.
    this.#began = playedFrom(video);
    this.#rate = video.playbackRate;
    for (const name of PlayheadReporter.BREAKS) video.addEventListener(name, this.#breaks);
    for (const name of PlayheadReporter.EVENTS) video.addEventListener(name, this.#listener);
    video.ownerDocument?.addEventListener("visibilitychange", this.#listener);
    // Timers of a page in the background may run once a minute; what comes next is asked for by where the video is.
    video.addEventListener("timeupdate", this.#ticker);
    this.#timer = setInterval(this.#ticker, EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    for (const name of PlayheadReporter.BREAKS) this.#video.removeEventListener(name, this.#breaks);
    for (const name of PlayheadReporter.EVENTS) this.#video.removeEventListener(name, this.#listener);
    this.#video.ownerDocument?.removeEventListener("visibilitychange", this.#listener);
    this.#video.removeEventListener("timeupdate", this.#ticker);
    this.#waiting = [];
  }

  /** A change of state is reported with the position at which it happened. */
  note() {
    const ad = this.#about();
    this.#reported = performance.now();
    const began_ms = Math.max(0, Math.round(this.#began * 1000));
    if (ad !== undefined) this.add({ ...snapshotOf(this.#video, this.#layersOn(), ad), began_ms });
  }

  /** Takes in a report of this instant, in its order. */
  add(report) {
    const clock_ms = Math.round(performance.now());
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ clock_ms, ...report });
    void this.#flush();
  }

  /** In between, the position of the moment will do, unless something else is on its way. */
  #tick() {
    const idle = !this.#sending && this.#waiting.length === 0 && performance.now() - this.#reported > EVERY_MS / 2;
    if (idle && ["playing", "stalled", "hidden"].includes(stateOf(this.#video))) this.note();
  }

  async #flush() {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const report = this.#waiting.shift();
      try {
        await this.#send(report);
      } catch {
        // The gateway is gone, or the video was closed: the page says so elsewhere.
      }
    }
    this.#sending = false;
  }
}
