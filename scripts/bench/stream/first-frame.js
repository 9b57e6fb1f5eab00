// first-frame.js RUNS PAUSE_MS TIMELINE URL...: how long Chromium takes from opening a page until its video shows a picture, in ms.
//
// Each run opens every page, one after the other, each in a browser of its own without cache: what else the machine does then
// befalls all of them. Prints a JSON list for each page. A page may not play by itself, so that no minute is begun and each run
// is like the first. After each the line is given PAUSE_MS to become quiet: what the page left may still come. With a file
// TIMELINE instead of "-", what took the time is written there; to note that takes some itself.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { medians, note, read } from "./timeline.js";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [runs, pause, timeline, ...urls] = [Number(process.argv[2]), Number(process.argv[3]), ...process.argv.slice(4)];
const notes = timeline !== "-";
const browser = await chromium.launch({
  executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
  // Chromium's sandbox refuses to run as root, as which containers run.
  args: ["--autoplay-policy=user-gesture-required", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});

/** Runs in the page before its own scripts. */
function watch() {
  const look = () => {
    const video = document.querySelector("video");
    if (!video) return requestAnimationFrame(look);
    video.requestVideoFrameCallback((now) => {
      globalThis.firstFrame = now;
      console.debug(`first picture ${now}`);
    });
  };
  look();
}

/** One page: the ms until there is a picture, and what took them. */
async function open(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (notes) await page.addInitScript(note);
  // The page says it by itself: whoever asks it has the browser read scripts meanwhile.
  const isShown = (message) => message.text().startsWith("first picture ");
  const shown = page.waitForEvent("console", { predicate: isShown, timeout: 60_000 });
  await page.goto(url, { waitUntil: "commit" });
  const took = Math.round(Number((await shown).text().split(" ").at(-1)));
  // For the page itself the picture is not the end.
  if (notes) await page.waitForTimeout(500);
  const noted = notes ? await page.evaluate(read) : {};
  await context.close();
  await new Promise((resolve) => setTimeout(resolve, pause));
  return { took, noted };
}

const seen = urls.map(() => []);
try {
  // The first one warms up what is of the browser and not of the page.
  for (let run = 0; run <= runs; run += 1) {
    for (const [number, url] of urls.entries()) {
      const one = await open(url);
      if (run > 0) seen[number].push(one);
    }
  }
} finally {
  await browser.close();
}
if (notes) writeFileSync(timeline, `${JSON.stringify(seen.map((all) => medians(all.map((one) => one.noted))))}\n`);
console.log(JSON.stringify(seen.map((all) => all.map((one) => one.took))));
