// player.test.js URL [SCREENSHOTS]: plays the video of a gateway's address in the system's Chromium, as a person would.
//
// The address is the one that `chainflix gateway MAGNET` prints, of an account that has not earned for the video in this
// cycle; the video is longer than a minute, and rounds are those of the `local` preset. It takes about two minutes. When
// something is not as it should be, a picture of the page is left in the folder SCREENSHOTS.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { otherSite, statusFor } from "./elsewhere.js";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [address, screenshots] = process.argv.slice(2);
if (!address?.includes("#token=")) {
  console.error("usage: node player.test.js 'http://127.0.0.1:8088/#token=…&video=…' [SCREENSHOTS]");
  process.exit(2);
}
const { origin, port, hash } = new URL(address);
const wanted = new URLSearchParams(hash.slice(1));
const REBOUND = "rebound.example";
const CELL_S = 60;
/** A round lasts 7.2 s here and is settled four rounds later; another may pass until the verifiers have counted it. */
const SETTLED_S = 75;

let browser;
let page;
/** A second window. */
let other;
/** What the browser complains about. */
const complaints = [];

/** A test that leaves a picture when it fails. */
function seen(name, body) {
  test(name, async () => {
    try {
      await body();
    } catch (error) {
      if (screenshots && page) {
        await mkdir(screenshots, { recursive: true });
        const file = join(screenshots, `${name.replace(/\W+/g, "-")}.png`);
        await page.screenshot({ path: file, fullPage: true }).catch(() => {});
        console.error(`the page as it was: ${file}`);
      }
      throw error;
    }
  });
}

const element = (of = page) =>
  of.evaluate(() => {
    const video = document.getElementById("video");
    const { buffered, currentTime, duration, paused, readyState, videoWidth, error } = video;
    const quality = video.getVideoPlaybackQuality();
    return {
      // When this was read, in s, by the page's own clock.
      clock: performance.now() / 1000,
      currentTime,
      duration,
      paused,
      readyState,
      videoWidth,
      error: error?.message,
      bufferedTo: buffered.length > 0 ? buffered.end(buffered.length - 1) : 0,
      frames: quality.totalVideoFrames,
      dropped: quality.droppedVideoFrames,
      soundBytes: video.webkitAudioDecodedByteCount,
    };
  });
const notice = (of = page) => of.locator("#notice").textContent();
const minute = (number, of = page) => of.locator("#cells li").nth(number - 1);
const stateOf = (number, of = page) => () => minute(number, of).getAttribute("data-state");

/** Waits until `holds` is true of `read()`, and returns what it was true of. */
async function until(seconds, sentence, read, holds) {
  const deadline = Date.now() + seconds * 1000;
  let last = await read();
  while (!holds(last)) {
    if (Date.now() > deadline) {
      assert.fail(`${sentence} within ${seconds} s: ${JSON.stringify(last)}; the page says "${await notice()}"`);
    }
    await page.waitForTimeout(100);
    last = await read();
  }
  return last;
}

const canPlay = (of = page) => until(30, "nothing could be played", () => element(of), (video) => video.readyState >= 2);

/** Plays by the viewer's click when the browser does not begin by itself. */
async function press(of = page) {
  await canPlay(of);
  // The page tries by itself, and says when it may not.
  const tried = async () => !(await element(of)).paused || (await notice(of)) === "Press play.";
  await until(10, "the page does not try to play", tried, (yes) => yes);
  if ((await element(of)).paused) await of.locator("#video").click();
}

/** Notes what the browser complains about in a page. */
function listen(to) {
  to.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  to.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  to.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`status ${response.status()}: ${response.url()}`);
  });
}

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      // Chromium's sandbox refuses to run as root, as which containers run.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      // A name of a foreign site that resolves to this machine.
      `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
    ],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(() => {
    globalThis.emptied = 0;
    document.addEventListener("emptied", () => (globalThis.emptied += 1), { capture: true });
  });
  listen(page);
});

after(async () => {
  await browser?.close();
});

test("only who holds the token, and asks at the gateway's own name, is answered", async () => {
  const token = { authorization: `Bearer ${wanted.get("token")}` };
  const host = `127.0.0.1:${port}`;
  assert.equal(await statusFor(port, "/api/account", { host, ...token }), 200);
  assert.equal(await statusFor(port, "/api/account", { host }), 401);
  assert.equal(await statusFor(port, "/api/account", { host, authorization: "Bearer 00" }), 401);
  assert.equal(await statusFor(port, "/api/sessions/00/events", { host, ...token }), 404);
  assert.equal(await statusFor(port, "/media/00/master.m3u8", { host, ...token }), 404);
  for (const path of ["/", "/api/account"]) {
    assert.equal(await statusFor(port, path, { host: `${REBOUND}:${port}`, ...token }), 421, path);
    const foreign = { host, ...token, origin: "https://attacker.example" };
    assert.equal(await statusFor(port, path, foreign), 403, path);
  }
});

test("a page of another site gets nothing, not even by a name that resolves to this machine", async () => {
  const site = await otherSite();
  const visitor = await browser.newPage();
  try {
    const rebound = await visitor.goto(`http://${REBOUND}:${port}/`);
    assert.equal(rebound.status(), 421);
    await visitor.goto(site.address);
    const read = await visitor.evaluate(async (address) => {
      const tries = [
        fetch(`${address}/api/account`).then((response) => response.text()),
        fetch(`${address}/`, { mode: "no-cors" }).then((response) => response.text()),
        fetch(`${address}/api/open`, { method: "POST", mode: "no-cors", body: "{}" }).then((response) => response.text()),
      ];
      return (await Promise.allSettled(tries)).map((outcome) => outcome.value ?? "");
    }, origin);
    assert.deepEqual(read, ["", "", ""], "it reads nothing");
    const framed = await visitor.evaluate(async (address) => {
      const frame = Object.assign(document.createElement("iframe"), { src: address });
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await loaded;
      return frame.contentDocument?.title ?? "";
    }, origin);
    assert.equal(framed, "", "it can't show the player in a frame");
    assert.ok(visitor.frames().every((frame) => !frame.url().startsWith(origin)), "the frame holds an error page");
  } finally {
    await visitor.close();
    await site.close();
  }
});

seen("the token leaves the address bar, and the video of the address is opened", async () => {
  await page.goto(address);
  await until(30, "the video was not opened", () => page.locator("#cells li").count(), (count) => count > 0);
  assert.equal(page.url(), `${origin}/#video=${wanted.get("video")}`);
  assert.notEqual(await page.locator("#title").textContent(), "Choose a video");
  // It comes after the picture.
  const account = () => page.locator("#address").textContent();
  await until(30, "the account is not shown", account, (text) => text.startsWith("cf"));
});

seen("picture and sound play, and something is buffered ahead", async () => {
  await press();
  const began = Date.now();
  const first = await until(30, "nothing plays", element, (video) => video.currentTime > 0.2);
  console.log(`plays after ${Date.now() - began} ms`);
  await page.waitForTimeout(4_000);
  const later = await element();
  // Both as the page saw them: this process may have been held up.
  const clock = later.clock - first.clock;
  const advanced = later.currentTime - first.currentTime;
  assert.ok(Math.abs(advanced - clock) < clock / 4, `${clock} s of clock are ${advanced} s of video`);
  assert.ok(later.readyState >= 3, `readyState ${later.readyState}`);
  const pictures = later.frames - first.frames;
  assert.ok(pictures > 12.5 * advanced, `${pictures} pictures in ${advanced} s of video`);
  assert.ok(later.soundBytes > 0, "sound is decoded");
  assert.ok(later.videoWidth > 0 && later.error === undefined, JSON.stringify(later));
  assert.ok(later.bufferedTo > later.currentTime + 1, JSON.stringify(later));
  assert.equal(await notice(), "");
});

seen("the first picture came before hls.js was asked for, which goes on from it without beginning anew", async () => {
  const asked = await page.evaluate(() => {
    const all = performance.getEntriesByType("resource");
    const when = (ending) => all.find((entry) => entry.name.endsWith(ending))?.startTime;
    return { first: when("/first.mp4"), hls: when("/hls.js"), segment: when("/0/1.m4s"), emptied: globalThis.emptied };
  });
  assert.ok(asked.first < asked.hls && asked.hls < asked.segment, JSON.stringify(asked));
  assert.equal(asked.emptied, 0, "the element got another source");
});

seen("the first minute is being proved while it plays", async () => {
  await until(20, "the first minute is not being proved", stateOf(1), (state) => state === "mining");
});

seen("a second window plays beside the first, and says that the first one earns", async () => {
  other = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  listen(other);
  const asked = (await element()).currentTime;
  await other.goto(address);
  await press(other);
  const plays = () => element(other);
  const begun = await until(20, "the second window does not play", plays, (video) => video.currentTime > 1);
  await until(10, "it does not say who earns", stateOf(1, other), (state) => state === "refused");
  assert.match(await minute(1, other).textContent(), /Another window of this account is earning/);
  assert.match(await other.locator("#elsewhere").textContent(), /Another window/);
  assert.ok(await page.locator("#elsewhere").isHidden(), "the first one earns");
  await until(10, "it does not play on", plays, (video) => video.currentTime > begun.currentTime + 2);
  const { currentTime } = await element();
  assert.ok(currentTime > asked + 3, `the first one played on meanwhile: ${asked} to ${currentTime}`);
  assert.equal(await stateOf(1)(), "mining");
  await other.locator("#video").click();
});

seen("the first minute is proved when it is over", async () => {
  const left = CELL_S - (await element()).currentTime;
  await until(left + 15, "the first minute was not proved", stateOf(1), (state) => state === "proved");
  const video = await element();
  assert.ok(video.currentTime >= CELL_S - 1, `not before it was over: ${video.currentTime}`);
  console.log(`proved at ${video.currentTime.toFixed(1)} s; ${video.dropped} of ${video.frames} pictures dropped`);
});

/** The second window earns once the first one was paused long enough, and the first one again when the second is closed. */
async function takesOver() {
  await until(10, "nobody else may earn", () => other.locator("#elsewhere").isHidden(), (hidden) => hidden);
  await other.evaluate((start) => {
    const video = document.getElementById("video");
    video.currentTime = start;
    // Not waited for: it would be for ever, should the minute not come.
    void video.play();
  }, CELL_S);
  await until(20, "the second window does not earn", stateOf(2, other), (state) => state === "mining");
  const why = () => page.locator("#elsewhere").textContent();
  await until(5, "the first one does not say who earns", why, (text) => /Another window/.test(text));
  await other.close();
  await until(15, "the place of a closed window is not free", why, (text) => text === "");
}

seen("a minute that is paused earns nothing, and the page says why", async () => {
  await until(20, "the second minute is not being proved", stateOf(2), (state) => state === "mining");
  // Paused in its first second, it would begin anew.
  await until(10, "the second minute does not play", element, (video) => video.currentTime > CELL_S + 2);
  await page.locator("#video").click();
  await until(15, "the second minute was not refused", stateOf(2), (state) => state === "refused");
  assert.match(await minute(2).textContent(), /paused/);
  await takesOver();
  const { currentTime } = await element();
  await page.locator("#video").click();
  await until(10, "it does not go on", element, (video) => video.currentTime > currentTime + 1);
});

/** Plays the second minute anew from its start, does something in it, and waits for the reason why it is refused. */
async function spoil(sentence, words, act) {
  await page.evaluate((start) => {
    document.getElementById("video").currentTime = start;
  }, CELL_S);
  await until(20, "the second minute does not begin anew", stateOf(2), (state) => state === "mining");
  await until(10, "the second minute does not play", element, (video) => video.currentTime > CELL_S + 1.5);
  await act();
  await until(15, sentence, () => minute(2).textContent(), (text) => words.test(text));
  assert.equal(await stateOf(2)(), "refused");
}

seen("a minute at another speed earns nothing, and plays on at that speed", async () => {
  const setRate = (rate) =>
    page.evaluate((rate) => {
      document.getElementById("video").playbackRate = rate;
    }, rate);
  await spoil("the speed is not named", /another speed/, () => setRate(2));
  const first = await element();
  await page.waitForTimeout(1_000);
  const later = await element();
  assert.ok(later.currentTime - first.currentTime > 1.5 * (later.clock - first.clock), `${JSON.stringify(first)} ${JSON.stringify(later)}`);
  await setRate(1);
});

seen("a minute that plays in the background earns nothing, and plays on", async () => {
  // Without a screen Chromium has no background: the page is told so, as it would be.
  const setHidden = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await spoil("the background is not named", /in the background/, () => setHidden(true));
  const { currentTime } = await element();
  await until(10, "it does not play on", element, (video) => video.currentTime > currentTime + 1);
  await setHidden(false);
});

seen("the panel shows who delivered how much, and what was earned", async () => {
  const rows = page.locator("#sources tbody tr");
  await until(15, "no source is shown", () => rows.allTextContents(), (all) => all.some((row) => /\d %/.test(row)));
  const shares = await rows.locator("td:nth-child(3)").allTextContents();
  const sum = shares.reduce((sum, share) => sum + Number.parseInt(share, 10), 0);
  assert.ok(sum >= 97 && sum <= 103, `the shares come to ${sum} %: ${shares}`);
  const amounts = () => page.locator("#earnings dd").allTextContents();
  const shown = await until(15, "no earnings are shown", amounts, (all) => all.every((text) => text.endsWith(" CFX")));
  assert.equal(shown.length, 4);
});

seen("the proved minute is settled, and its amount is what the account has earned", async () => {
  await until(SETTLED_S, "the first minute was not settled", stateOf(1), (state) => state === "settled");
  const amount = await minute(1).locator(".earned").textContent();
  assert.match(amount, /^[1-9][\d.]* CFX$/);
  await until(10, `it is not ${amount}`, () => page.locator("#lifetime").textContent(), (text) => text === amount);
});

seen("after a jump it goes on playing there", async () => {
  await page.evaluate(() => {
    document.getElementById("video").currentTime = 20;
  });
  await canPlay();
  // It may have come to its end before, after which nobody but the viewer begins.
  if ((await element()).paused) await page.locator("#video").click();
  const video = await until(20, "it does not play after the jump", element, (now) => !now.paused && now.currentTime > 22);
  assert.ok(video.currentTime < 30, `it plays where it was sent: ${video.currentTime}`);
});

seen("after reloading the page the same video plays again, without the token in the address", async () => {
  await page.reload();
  await press();
  await until(20, "it does not play after reloading", element, (video) => video.currentTime > 1);
  assert.equal(page.url(), `${origin}/#video=${wanted.get("video")}`);
});

seen("the browser complains about nothing", () => {
  assert.deepEqual(complaints, []);
});
