// Which rendition is played. A minute earns in one quality only, so the quality changes where a minute ends; inside one
// only when the picture would stop otherwise.

/** A minute, in s. */
const CELL_S = 60;
/** A fragment that ends so near the end of a minute ends with it, in s: frames are no shorter. */
const NEAR_S = 0.5;
/** Less than so much in the buffer is an emergency, in s. */
const LEAST_BUFFER_S = 5;
/** Share of what the line carries that a rendition may take, and what a better one may take. */
const SHARE = 0.8;
const SHARE_UP = 0.6;

/** Whether what follows a buffer that ends at `end` begins a minute. */
export function atBorder(end) {
  const into = end % CELL_S;
  return into < NEAR_S || into > CELL_S - NEAR_S;
}

/**
 * The best of `levels` (objects with `bitrate`, ascending) for a line of `line` bits per second; the one that plays when
 * nothing is known of the line. Going up needs more room than staying.
 */
export function fitting(levels, playing, line) {
  if (!(line > 0)) return playing;
  const carries = (level, index) => level.bitrate <= line * (index > playing ? SHARE_UP : SHARE);
  const best = levels.findLastIndex(carries);
  return Math.max(best, 0);
}

/** Chooses the rendition: by what the line carries, or as the viewer says. */
export class Quality {
  #chosen = -1;
  #line = 0;
  #playing = -1;

  /** What the engine measured of the line, in bits per second. */
  measured(line) {
    this.#line = line;
  }

  /** Takes the viewer's choice, from the next minute on; -1 leaves it to the player. */
  choose(level) {
    this.#chosen = level;
  }

  /**
   * The level that is read next. `buffer` is what is buffered ahead, with `end` and `len` in s, or null; `plays` is
   * whether the picture moves.
   */
  next(levels, first, buffer, plays) {
    if (this.#playing < 0 || this.#playing >= levels.length) this.#playing = first;
    const end = buffer?.end ?? 0;
    const fits = fitting(levels, this.#playing, this.#line);
    if (end > NEAR_S && atBorder(end)) {
      this.#playing = this.#chosen >= 0 ? Math.min(this.#chosen, levels.length - 1) : fits;
    } else if (plays && this.#chosen < 0 && buffer && buffer.len < LEAST_BUFFER_S) {
      // A line that has become slower than the picture: a minute that stops earns nothing either.
      this.#playing = Math.min(this.#playing, fits);
    }
    return this.#playing;
  }
}

/** hls.js asks its controller of quality for a level whenever it is about to load: this one answers with `quality`'s. */
export function controllerFor(quality, Hls) {
  return class extends Hls.DefaultConfig.abrController {
    constructor(hls) {
      super(hls);
      this.player = hls;
      // It would give up what is being loaded, and read the minute in another quality.
      this._abandonRulesCheck = () => {};
    }

    get nextAutoLevel() {
      const { levels, firstLevel, mainForwardBufferInfo, media, config } = this.player;
      if (!levels?.length) return -1;
      // What is shown in a break has a player of its own, and has no say in the video's quality.
      if (config?.primarySessionId) return Math.max(firstLevel, 0);
      const plays = media && !media.paused && !media.seeking && media.currentTime > 1;
      return quality.next(levels, Math.max(firstLevel, 0), mainForwardBufferInfo, Boolean(plays));
    }

    /** Others have no say. */
    set nextAutoLevel(_) {}
  };
}
