// dashboard-pages.test.js: the controller's dashboard in the system's Chromium, over a controller that is made up here and has
// more videos and nodes than fit on a page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

// `require` finds packages through NODE_PATH, which `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const PAGE = 100;
const magnet = (number) => number.toString(16).padStart(64, "0");
const videos = Array.from({ length: 250 }, (_, number) => ({
  video: magnet(number + 1),
  title: `Video ${number}`,
  cells: 3,
  copies: 3,
  bytes: 1e9,
  registered: true,
}));
const nodes = Array.from({ length: 300 }, (_, provider) => ({
  provider,
  region: "KR",
  offered: true,
  leaving: false,
  needed: 0,
  load: 100,
  cells: 5,
  free_bytes: 1e9,
  failures: 0,
}));
const overview = {
  nodes: nodes.length,
  videos: videos.length,
  short_cells: 0,
  coming: 0,
  load: 100,
  highest_load: 200,
  free_permille: 500,
  popular: [],
  moves: [],
  alarms: [],
};
/** How often the nodes were asked for. */
let askedForNodes = 0;

function answer(url) {
  if (url.pathname === "/v1/overview") return overview;
  if (url.pathname === "/v1/nodes") {
    askedForNodes += 1;
    return nodes;
  }
  if (url.pathname === "/v1/videos") {
    const from = url.searchParams.get("after") ?? "";
    return videos.filter(({ video }) => video > from).slice(0, PAGE);
  }
  return videos.find(({ video }) => url.pathname === `/v1/videos/${video}`);
}

let server;
let browser;
let page;
const complaints = [];
const rows = (table) => page.locator(`#${table} tr:has(td)`);
const titles = async () => rows("videos").locator("td:first-child").allTextContents();
async function until(what, isSo) {
  for (let turn = 0; turn < 100; turn++) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(what);
}

before(async () => {
  const html = await readFile(new URL("../../controller/src/server/rest/dashboard.html", import.meta.url));
  server = createServer((request, response) => {
    const url = new URL(request.url, "http://controller");
    if (url.pathname === "/") return response.setHeader("content-type", "text/html").end(html);
    const found = answer(url);
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { code: "not_found", message: "This controller does not know the video." }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  browser = await chromium.launch({
    executablePath: process.env.CHAINFLIX_CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root, as which containers run.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}`);
  await page.locator("#state", { hasText: "As of" }).waitFor({ timeout: 30_000 });
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("all videos are reached page by page, and the first page from everywhere", async () => {
  assert.deepEqual(await titles(), videos.slice(0, 100).map(({ title }) => title));
  assert.ok(await page.locator("#videos-first").isDisabled());
  await page.locator("#videos-next").click();
  await until("the second page", async () => (await titles())[0] === "Video 100");
  await page.locator("#videos-next").click();
  await until("the last page", async () => (await titles())[0] === "Video 200");
  assert.equal((await titles()).length, 50);
  assert.ok(await page.locator("#videos-next").isDisabled());
  await page.locator("#videos-first").click();
  await until("the first page", async () => (await titles())[0] === "Video 0");
});

test("a video is found by its magnet, and one that is not there is said not to be", async () => {
  const field = page.locator("#videos-magnet");
  await field.fill(`magnet:?xt=urn:cfx:${videos[170].video}&dn=x`);
  await until("the video", async () => (await titles()).join() === "Video 170");
  await field.fill(magnet(9_999));
  await until("no video", async () => (await titles()).length === 0);
  assert.equal(await page.locator("#videos-state").textContent(), "This controller does not know the video.");
  await field.fill("abc");
  await until("a reason", async () => /64 hexadecimal/.test(await page.locator("#videos-state").textContent()));
  await field.fill("");
  await until("all again", async () => (await titles()).length === 100);
});

test("of many nodes none is read until somebody wants to see them", async () => {
  assert.equal(askedForNodes, 0);
  await page.locator("#nodes-shown summary").click();
  await until("the nodes", async () => (await rows("nodes").count()) === nodes.length);
  await page.locator("#nodes-shown summary").click();
  const asked = askedForNodes;
  await new Promise((done) => setTimeout(done, 6_000));
  assert.equal(askedForNodes, asked);
});

test("the browser has nothing to complain about", () => {
  assert.deepEqual(complaints, []);
});
