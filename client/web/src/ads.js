// Advertisements in breaks of a video. While one is shown, the element's position is the advertisement's: it is reported
// as such, and the video's waits where its minute ended.

/** A minute, in s. */
const CELL_S = 60;
/** The element shows the video again when it is so near where the break was, in s. */
const BACK_S = 1;
/** Should it never get there, the video is reported all the same after so long, in ms. */
const PATIENCE_MS = 5_000;
/** A break in which nothing begins is over after so long, in ms, should nobody say so. */
const BEGINS_MS = 10_000;
/** An advertisement that stands still for so long, in ms, is skipped: the video goes on. */
const STILL_MS = 3_000;

/** Before which minute an interstitial stands; null when it is none of ours. */
export function breakOf(interstitial) {
  const found = /^ad-(\d+)$/.exec(interstitial?.identifier ?? "");
  return found ? Number(found[1]) : null;
}

/** Follows the interstitials of an Hls. `report` takes a report that is made here, `changed` is called when something begins or ends. */
export class Breaks {
  #video;
  #report;
  #changed;
  /** Before which minute something is shown; null in the video. */
  #before = null;
  /** Whether the element is on its way from one to the other. */
  #between = false;
  #backUntil = 0;
  #since = 0;
  /** Where what is shown was last seen to move, and when. */
  #moved = { at: -1, when: 0 };
  #skip;

  constructor(hls, events, video, report, changed) {
    this.#video = video;
    this.#report = report;
    this.#changed = changed;
    this.#skip = () => hls.interstitialsManager?.skip();
    hls.on(events.INTERSTITIAL_STARTED, (_, { event }) => this.#pause(breakOf(event)));
    hls.on(events.INTERSTITIAL_ASSET_STARTED, (_, { event }) => this.#begin(breakOf(event)));
    hls.on(events.INTERSTITIAL_ASSET_ENDED, (_, { event, asset }) => this.#end(breakOf(event), asset));
    hls.on(events.INTERSTITIAL_ENDED, () => this.#resume());
    hls.on(events.INTERSTITIALS_PRIMARY_RESUMED, () => this.#resume());
  }

  /** Before which minute something is shown; null when nothing is. */
  get shown() {
    return this.#between ? null : this.#before;
  }

  /** What a report of the element is about: a minute before which something is shown, null for the video, undefined for neither. */
  get about() {
    if (!this.#between) {
      if (this.#before !== null) this.#watch();
      return this.#before;
    }
    const at = this.#before * CELL_S;
    const isBack = !this.#video.seeking && Math.abs(this.#video.currentTime - at) < BACK_S;
    const now = Date.now();
    const isOver = this.#backUntil > 0 ? isBack || now >= this.#backUntil : isBack && now - this.#since > BEGINS_MS;
    if (!isOver) return undefined;
    this.#between = false;
    this.#before = null;
    this.#backUntil = 0;
    return null;
  }

  /** Skips what stands still although nobody paused it. */
  #watch() {
    const { currentTime, paused } = this.#video;
    const now = Date.now();
    if (paused || currentTime !== this.#moved.at) {
      this.#moved = { at: currentTime, when: now };
    } else if (now - this.#moved.when > STILL_MS) {
      this.#moved.when = now;
      this.#skip();
    }
  }

  #pause(before) {
    if (before === null || this.#between) return;
    const border = before * CELL_S * 1000;
    const position = Math.round(this.#video.currentTime * 1000);
    // The video stops at the border. A report from behind it would begin the next minute.
    this.#report({ position_ms: Math.max(0, Math.min(position, border - 1)), state: "paused", rate: 1, layers: [] });
    this.#before = before;
    this.#between = true;
    this.#backUntil = 0;
    this.#since = Date.now();
  }

  #begin(before) {
    if (before === null) return;
    this.#before = before;
    this.#between = false;
    this.#moved = { at: -1, when: Date.now() };
    this.#changed();
  }

  #end(before, asset) {
    if (before === null || before !== this.#before || this.#between) return;
    const length = Math.round((asset?.duration ?? 0) * 1000);
    // By its own length: the element may have gone back to the video already.
    const near = Math.abs(this.#video.currentTime * 1000 - length) < 1000 || this.#video.ended;
    const position = near ? length : Math.round(this.#video.currentTime * 1000);
    this.#report({ position_ms: Math.max(0, position), state: "ended", rate: 1, layers: [], ad: before });
    this.#between = true;
    this.#backUntil = 0;
    this.#since = Date.now();
    this.#changed();
  }

  #resume() {
    if (this.#before === null || this.#backUntil > 0) return;
    this.#between = true;
    this.#backUntil = Date.now() + PATIENCE_MS;
    this.#changed();
  }
}
