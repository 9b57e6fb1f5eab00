// advertised.test.js URL WORDS SECONDS: plays a film of more than a minute in the system's Chromium, and looks at its break.
//
// The address is the one that `chainflix gateway` prints with the film; rounds are those of the `local` preset. WORDS stand in
// the panel of the advertisement of SECONDS that is to be shown at the end of the first minute; it is followed. With `none`
// nothing must be shown there, and the film must go on as if there were no break.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [address, words, seconds] = process.argv.slice(2);
const isShown = words !== "none";
const CELL_S = 60;
/** A round lasts 7.2 s here and is settled four rounds later; another may pass until the verifiers have counted it. */
const SETTLED_S = 90;

let browser;
let page;
const complaints = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root, as which containers run.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--autoplay-policy=no-user-gesture-required"],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
});
after(() => browser?.close());

const look = () =>
  page.evaluate(() => {
    const video = document.getElementById("video");
    return {
      clock: performance.now() / 1000,
      currentTime: video.currentTime,
      duration: video.duration,
      paused: video.paused,
      readyState: video.readyState,
      error: video.error?.message,
      ad: !document.getElementById("ad").hidden,
      title: document.getElementById("ad-title").textContent,
      canFollow: !document.getElementById("follow").disabled,
      ads: document.getElementById("ads").innerText,
      minutes: Array.from(document.querySelectorAll("#cells li"), (row) => row.dataset.state),
      notice: document.getElementById("notice").textContent,
    };
  });

async function until(limit, sentence, holds) {
  const deadline = Date.now() + limit * 1000;
  for (;;) {
    const now = await look();
    if (holds(now)) return now;
    if (Date.now() > deadline) assert.fail(`${sentence} within ${limit} s: ${JSON.stringify(now)}; ${complaints}`);
    await page.waitForTimeout(50);
  }
}

const isFilm = (now) => now.duration > CELL_S;

test("the film plays to its break, and goes on after it", { timeout: 400_000 }, async () => {
  await page.goto(address);
  await until(60, "nothing could be played", (now) => now.readyState >= 2);
  await page.evaluate(() => document.getElementById("video").play());
  if (!isShown) {
    // The first minute earned before: only its end matters.
    await page.evaluate(() => {
      document.getElementById("video").currentTime = 45;
    });
  }
  const last = await until(80, "the first minute does not end", (now) => isFilm(now) && now.currentTime >= CELL_S - 1);
  let shownFor = 0;
  if (isShown) {
    const begun = await until(10, "no advertisement is shown", (now) => now.ad && now.canFollow && now.currentTime > 0.5 && !isFilm(now));
    assert.ok(Math.abs(begun.duration - Number(seconds)) < 0.5, `it lasts ${begun.duration} s`);
    assert.ok(begun.ads.includes(words), begun.ads);
    await page.locator("#follow").click();
    await until(5, "that it was followed is not said", (now) => now.ads.includes("followed"));
    const back = await until(Number(seconds) + 10, "the film does not go on", (now) => isFilm(now) && !now.ad && now.currentTime > CELL_S + 1);
    shownFor = Number(seconds);
    assert.ok(back.currentTime < CELL_S + 10, `it goes on at ${back.currentTime} s`);
  }
  const later = await until(20, "the film does not go on", (now) => isFilm(now) && now.currentTime >= CELL_S + 4);
  if (!isShown) assert.equal(later.ads, "", "nothing was shown");
  const lost = later.clock - last.clock - (later.currentTime - last.currentTime) - shownFor;
  console.log(`MEASURED ${lost.toFixed(2)} s more than film and advertisement at the break`);
  assert.ok(lost < 3, `the break cost ${lost.toFixed(2)} s`);
  assert.equal(later.error, undefined);
});

if (isShown) {
  test("both minutes of the film and the advertisement are proved, and it says what it paid", { timeout: 400_000 }, async () => {
    const proved = (state) => ["proved", "settled"].includes(state);
    await until(90, "the minutes of the film were not proved", (now) => now.minutes.slice(0, 2).every(proved));
    const paid = await until(SETTLED_S, "what it paid is not said", (now) => now.ads.includes("you got"));
    console.log(paid.ads);
  });
}

test("the browser complains about nothing", () => {
  assert.deepEqual(complaints, []);
});
