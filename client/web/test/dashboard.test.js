// dashboard.test.js URL NODES [SCREENSHOTS]: looks at a controller's dashboard in the system's Chromium, as an operator would.
//
// The controller offers so many storage nodes and knows a video of which it has placed copies. A picture of the page is left
// in the folder SCREENSHOTS.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [address, wanted, screenshots] = process.argv.slice(2);
if (!wanted) {
  console.error("usage: node dashboard.test.js http://127.0.0.1:8090 NODES [SCREENSHOTS]");
  process.exit(2);
}
const nodes = Number(wanted);

let browser;
let page;
/** What the browser complains about. */
const complaints = [];
const rows = (table) => page.locator(`#${table} tr:has(td)`);
/** A test that the page may take some of its turns to pass: it reads what the controller tells every five seconds. */
function seen(name, body) {
  test(name, async () => {
    for (let turn = 0; ; turn++) {
      try {
        return await body();
      } catch (error) {
        if (turn >= 60) throw error;
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  });
}
const told = async (path) => (await fetch(`${address}${path}`)).json();

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root, as which containers run.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(address);
  await page.locator("#state", { hasText: "As of" }).waitFor({ timeout: 30_000 });
});

after(async () => {
  if (screenshots && page) {
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, "dashboard.png"), fullPage: true }).catch(() => {});
  }
  await browser?.close();
});

seen("it shows every node with its state, load, cells and space", async () => {
  const found = await told("/v1/nodes");
  assert.equal(found.filter((node) => node.offered).length, nodes);
  assert.equal(await rows("nodes").count(), found.length);
  for (const [place, node] of found.entries()) {
    const cells = await rows("nodes").nth(place).locator("td").allTextContents();
    assert.equal(cells[0], String(node.provider));
    assert.equal(cells[1], node.region);
    assert.equal(cells[2], node.offered ? "there" : "silent");
    assert.match(cells[3], /^[0-9.]+ %$/);
    assert.equal(cells[4], String(node.cells));
    assert.match(cells[5], /^[0-9.]+ GB$/);
  }
});

seen("it shows every video with its copies, and that it is on chain", async () => {
  const found = await told("/v1/videos");
  assert.ok(found.length > 0);
  assert.equal(await rows("videos").count(), found.length);
  for (const [place, video] of found.entries()) {
    const cells = await rows("videos").nth(place).locator("td").allTextContents();
    assert.deepEqual(cells.slice(0, 3), [video.title, String(video.cells), String(video.copies)]);
    assert.equal(cells[4], video.registered ? "yes" : "no");
  }
});

seen("it shows load and alarms as the controller tells them", async () => {
  const { alarms } = await told("/v1/overview");
  const figures = await page.locator("#figures li").allTextContents();
  assert.ok(figures.some((figure) => figure.endsWith("nodes there") && figure.startsWith(String(nodes))), figures.join());
  assert.ok(figures.some((figure) => figure.endsWith("load of all lines")), figures.join());
  const shown = await page.locator("#alarms li").allTextContents();
  assert.deepEqual(shown, alarms.length > 0 ? alarms : ["None"]);
});

seen("it shows moves with their reasons", async () => {
  const { moves } = await told("/v1/overview");
  assert.equal(await rows("moves").count(), moves.length);
  if (moves.length > 0) {
    const words = await rows("moves").first().locator("td").nth(1).textContent();
    assert.ok(moves.some((move) => move.words === words), words);
  }
});

test("the browser has nothing to complain about", () => {
  assert.deepEqual(complaints, []);
});
