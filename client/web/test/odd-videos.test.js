// odd-videos.test.js FILE: plays videos as people have them in the system's Chromium, each a few seconds.
//
// FILE is a JSON list of { name, url, width, height, seconds, silent, from, to, sounds, texts, cue, qualities, layers }: the
// address that `chainflix gateway` printed for it, and what is to be seen; `layers` is what the panel says of them once the
// first text and the last sound are chosen. It plays from `from` s until `to` s.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const videos = JSON.parse(readFileSync(process.argv[2], "utf8"));
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root, as which containers run.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
});
after(() => browser?.close());

const element = (page) =>
  page.evaluate(() => {
    const video = document.getElementById("video");
    return {
      currentTime: video.currentTime,
      paused: video.paused,
      seeking: video.seeking,
      buffered: Array.from(video.buffered, (_, at) => [video.buffered.start(at), video.buffered.end(at)]),
      duration: video.duration,
      readyState: video.readyState,
      width: video.videoWidth,
      height: video.videoHeight,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      soundBytes: video.webkitAudioDecodedByteCount,
      error: video.error?.message,
      cues: [...video.textTracks].flatMap((track) => [...(track.cues ?? [])].map(({ startTime, text }) => ({ startTime, text }))),
    };
  });

/** What the page has asked for and not got, with when it asked. */
function unanswered(page) {
  const asked = new Map();
  page.on("request", (request) => asked.set(request, Date.now()));
  page.on("requestfinished", (request) => asked.delete(request));
  page.on("requestfailed", (request) => asked.delete(request));
  return () => [...asked].map(([request, since]) => `${new URL(request.url()).pathname} for ${Date.now() - since} ms`);
}

async function until(page, asked, seconds, sentence, holds) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const now = await element(page);
    if (holds(now)) return now;
    const said = await page.locator("#notice").textContent();
    const why = () => `${JSON.stringify(now)}; the page says "${said}" and waits for ${JSON.stringify(asked())}`;
    if (Date.now() > deadline) assert.fail(`${sentence} within ${seconds} s: ${why()}`);
    await page.waitForTimeout(100);
  }
}

const options = async (page, id) => {
  const all = await page.locator(`#${id} option`).allTextContents();
  return all.filter((text) => !["Automatic", "Off"].includes(text));
};

for (const wanted of videos) {
  // A page that does not answer at all fails within this time too.
  test(`${wanted.name} plays`, { timeout: 180_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const asked = unanswered(page);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    try {
      await page.goto(wanted.url);
      const ready = await until(page, asked, 60, "nothing could be played", (video) => video.readyState >= 2);
      assert.ok(Math.abs(ready.duration - wanted.seconds) < 0.3, `it plays for ${ready.duration} s`);
      assert.deepEqual([ready.width, ready.height], [wanted.width, wanted.height]);
      assert.deepEqual(await options(page, "quality"), wanted.qualities ?? []);
      assert.deepEqual(await options(page, "sound"), wanted.sounds ?? []);
      assert.deepEqual(await options(page, "text"), wanted.texts ?? []);
      if (wanted.texts) await page.locator("#text").selectOption({ label: wanted.texts[0] });
      if (wanted.sounds) await page.locator("#sound").selectOption({ label: wanted.sounds.at(-1) });
      const other = wanted.qualities?.[0];
      if (other) await page.locator("#quality").selectOption({ label: other });
      await page.evaluate((from) => {
        const video = document.getElementById("video");
        if (from > 0) video.currentTime = from;
        // Not waited for: it ends only when there is something to play.
        video.play().catch((error) => console.error(`play: ${error.message}`));
      }, wanted.from ?? 0);
      const to = wanted.to ?? 3;
      const isWanted = ({ startTime, text }) => Math.abs(startTime - wanted.cue.start) < 0.1 && text === wanted.cue.text;
      // Texts are fetched beside the picture.
      const isThere = (video) => video.currentTime >= to && (!wanted.cue || video.cues.some(isWanted));
      const played = await until(page, asked, 60, "it does not play, or not with its text", isThere);
      assert.ok(played.frames > 5, `${played.frames} pictures`);
      assert.equal(played.soundBytes > 0, !wanted.silent, `${played.soundBytes} bytes of sound`);
      // The quality that was chosen before the end of the minute is that of the next one.
      if (other) assert.equal(`${Math.min(played.width, played.height)}p`, other);
      assert.equal(played.error, undefined);
      if (wanted.layers) {
        const said = (words) => document.getElementById("layers").innerText.split("\n").join("; ") === words;
        await page.waitForFunction(said, wanted.layers.join("; "), { timeout: 20_000 });
      }
      assert.deepEqual(complaints, []);
    } finally {
      await page.close();
    }
  });
}
