// first-frame.js URL RUNS [PAUSE_MS]: how long Chromium takes from opening a page until its video shows a picture, in ms.
//
// Each run is a browser of its own without cache. Prints a JSON list. The page may not play by itself, so that no minute is
// begun and each run is like the first. After each the line is given PAUSE_MS (500) to become quiet: what the page left may
// still come.

import { createRequire } from "node:module";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [url, runs, pause] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4] ?? 500)];
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
    });
  };
  look();
}

const took = [];
try {
  // The first one warms up what is of the browser and not of the page.
  for (let run = 0; run <= runs; run += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(url);
    const shown = await page.waitForFunction(() => globalThis.firstFrame, undefined, { timeout: 60_000, polling: 50 });
    if (run > 0) took.push(Math.round(await shown.jsonValue()));
    await context.close();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(took));
