// What happens between the opening of a page and the first picture of its video, in ms from the beginning of the navigation.

/** Runs in the page before its own scripts, and notes what the browser keeps no entries of. */
export function note() {
  const seen = {};
  globalThis.firstFrameSeen = seen;
  const once = (name) => {
    seen[name] ??= performance.now();
  };
  // The page's hls.js says that it has run by its name.
  let hls;
  Object.defineProperty(globalThis, "Hls", {
    configurable: true,
    get: () => hls,
    set: (value) => {
      once("hls ran");
      hls = value;
    },
  });
  const { addSourceBuffer } = MediaSource.prototype;
  MediaSource.prototype.addSourceBuffer = function (...parameters) {
    once("media source open");
    const buffer = addSourceBuffer.apply(this, parameters);
    let appended = 0;
    buffer.addEventListener("updateend", () => {
      appended += 1;
      // The initialisation segment comes first.
      if (appended === 2) once("fragment appended");
    });
    const { appendBuffer } = buffer;
    buffer.appendBuffer = function (data) {
      if (appended === 1) once("fragment to the browser");
      return appendBuffer.call(this, data);
    };
    return buffer;
  };
  for (const name of ["loadedmetadata", "loadeddata", "canplay"]) {
    document.addEventListener(name, () => once(name), { capture: true });
  }
  document.addEventListener("DOMContentLoaded", () => once("page read"));
}

/** Runs in the page once there is a picture: everything that is known, by name. */
export function read() {
  const [page] = performance.getEntriesByType("navigation");
  const all = { "page asked": page.requestStart, "page here": page.responseEnd, ...globalThis.firstFrameSeen };
  const kinds = [
    ["hls.js", /\/hls\.js$/],
    ["script", /\.js$/],
    ["style", /\.css$/],
    ["open", /\/api\/open$/],
    ["master", /master\.m3u8$/],
    ["playlist", /playlist\.m3u8$/],
    ["beginning", /first\.mp4$/],
    ["init", /init\.mp4$/],
    ["fragment", /\.m4s$/],
  ];
  for (const entry of performance.getEntriesByType("resource")) {
    const path = new URL(entry.name).pathname;
    const kind = kinds.find(([, pattern]) => pattern.test(path))?.[0];
    if (!kind) continue;
    if (kind === "script") all["last script here"] = Math.max(all["last script here"] ?? 0, entry.responseEnd);
    const asked = `${kind} asked`;
    // Of what there are several, the first one.
    if (all[asked] !== undefined) continue;
    all[asked] = entry.startTime;
    all[`${kind} begins`] = entry.responseStart;
    all[`${kind} here`] = entry.responseEnd;
  }
  all.picture = globalThis.firstFrame;
  return all;
}

/** Of each name the median of all runs, in the order of time. */
export function medians(runs) {
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  const median = (values) => values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
  const all = [...names].map((name) => [name, Math.round(median(runs.map((run) => run[name]).filter((at) => at !== undefined)))]);
  return Object.fromEntries(all.toSorted(([, a], [, b]) => a - b));
}
