// What runs first: it opens the video of the address, and shows its beginning by what the browser has itself. hls.js goes on
// from there; it is read after the first picture, and so is everything else of the page. No module: those run later.
"use strict";

/** Without a picture by then, the rest of the page waits no longer, in ms. */
const PATIENCE_MS = 3_000;

const video = document.getElementById("video");

/** Resolves at the next event of this name, and fails when it is an error. */
function event(target, name) {
  return new Promise((resolve, reject) => {
    const heard = new AbortController();
    const listen = (kind, then) => {
      const once = () => {
        heard.abort();
        then(new Error("the browser can't play it"));
      };
      target.addEventListener(kind, once, { signal: heard.signal });
    };
    listen(name, () => resolve());
    listen("error", reject);
  });
}

/** Appends everything that a response brings, as it comes. */
async function appendAll(buffer, body) {
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const done = event(buffer, "updateend");
    buffer.appendBuffer(read.value);
    await done;
  }
}

/**
 * Shows the beginning of what was opened. What hls.js is attached with to go on from there; the video element alone when the
 * gateway or the browser have no such beginning, and everything begins with hls.js.
 */
async function showBeginning(asked) {
  if (!globalThis.MediaSource) return video;
  const mediaSource = new MediaSource();
  const isOpen = event(mediaSource, "sourceopen");
  video.src = URL.createObjectURL(mediaSource);
  const answer = await asked;
  if (!answer.ok) return video;
  const { session, playlist, duration_ms: duration } = await answer.clone().json();
  globalThis.first.session = session;
  const response = await fetch(new URL("first.mp4", new URL(playlist, location.href)));
  const type = response.headers.get("content-type") ?? "";
  const codec = /codecs="(.*)"/.exec(type)?.[1];
  if (!response.ok || !codec || !MediaSource.isTypeSupported(type)) return video;
  await isOpen;
  mediaSource.duration = duration / 1000;
  const buffer = mediaSource.addSourceBuffer(type);
  await appendAll(buffer, response.body);
  const track = { buffer, codec, levelCodec: codec, container: "video/mp4", id: "main", listeners: [] };
  return { media: video, mediaSource, tracks: { [codec.includes(",") ? "audiovideo" : "video"]: track } };
}

/** Resolves when there is a picture, or none is to be expected soon. */
function picture(beginning) {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS);
    video.requestVideoFrameCallback?.(resolve);
    video.addEventListener("loadeddata", resolve, { once: true });
    beginning.then((shown) => shown === video && resolve(), resolve);
  });
}

/** Opens the video of the address as access.js does, when there is one. What was asked, and what hls.js is attached with. */
function begin() {
  const address = new URLSearchParams(location.hash.slice(1));
  const link = address.get("video");
  if (!link) return null;
  const token = address.get("token") ?? sessionStorage.getItem("chainflix-token") ?? "";
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const asked = fetch("/api/open", { method: "POST", headers, body: JSON.stringify({ link }) });
  // What went wrong is said by app.js.
  asked.catch(() => {});
  return { link, asked, attach: showBeginning(asked).catch(() => video) };
}

const begun = begin();

/** Brings hls.js and the rest of the page. Resolves when hls.js has run, or can't be had. */
async function goOn() {
  if (begun) await picture(begun.attach);
  document.documentElement.classList.remove("first");
  video.controls = true;
  const script = Object.assign(document.createElement("script"), { src: "hls.js" });
  const ran = event(script, "load").catch(() => {});
  document.head.append(script);
  void import("./app.js");
  await ran;
}

/** Closes what is open in this tab: the gateway has room for a few videos only, and one of them earns. */
async function leave() {
  const { session } = globalThis.first;
  globalThis.first.session = null;
  if (session) await fetch(`/api/sessions/${session}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** For app.js. `session` is what is open in this tab. */
globalThis.first = { begun, session: null, leave };
globalThis.first.hlsIsThere = goOn();
addEventListener("pagehide", () => void leave());
// A page that comes back as it was finds its video closed.
addEventListener("pageshow", (event) => event.persisted && location.reload());
