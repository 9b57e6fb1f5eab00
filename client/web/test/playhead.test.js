import assert from "node:assert/strict";
import { test } from "node:test";
import { PlayheadReporter, stateOf } from "../src/playhead.js";
import { amount, clock, layerWords } from "../src/panel.js";

class FakeVideo extends EventTarget {
  currentTime = 0;
  paused = false;
  ended = false;
  seeking = false;
  readyState = 4;
  playbackRate = 1;
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 5));

test("an element that waits for data is stalled, not paused", () => {
  const video = new FakeVideo();
  assert.equal(stateOf(video), "playing");
  video.readyState = 2;
  assert.equal(stateOf(video), "stalled");
  video.paused = true;
  assert.equal(stateOf(video), "paused");
  video.seeking = true;
  assert.equal(stateOf(video), "seeking");
  video.ended = true;
  assert.equal(stateOf(video), "ended");
});

test("pictures out of sight are hidden; those in a window of their own are not, nor is sound without a picture", async () => {
  const video = new FakeVideo();
  const page = Object.assign(new EventTarget(), { hidden: true, pictureInPictureElement: null });
  Object.assign(video, { ownerDocument: page, videoWidth: 640 });
  assert.equal(stateOf(video), "hidden");
  page.pictureInPictureElement = video;
  assert.equal(stateOf(video), "playing");
  page.pictureInPictureElement = null;
  video.videoWidth = 0;
  assert.equal(stateOf(video), "playing");
  video.videoWidth = 640;
  page.hidden = false;
  const arrived = [];
  const reporter = new PlayheadReporter(video, async (report) => { arrived.push(report.state); });
  page.hidden = true;
  page.dispatchEvent(new Event("visibilitychange"));
  await rest();
  assert.deepEqual(arrived, ["hidden"], "it is told at once");
  // Without timers, the video's own clock tells where it is.
  await new Promise((resolve) => setTimeout(resolve, 150));
  video.dispatchEvent(new Event("timeupdate"));
  await rest();
  assert.deepEqual(arrived, ["hidden", "hidden"]);
  reporter.stop();
  page.dispatchEvent(new Event("visibilitychange"));
  video.dispatchEvent(new Event("timeupdate"));
  await rest();
  assert.equal(arrived.length, 2);
});

test("reports arrive in the order in which things happened, however slow the line is", async () => {
  const video = new FakeVideo();
  const arrived = [];
  const releases = [];
  const send = (report) => new Promise((resolve) => {
    releases.push(() => { arrived.push(report); resolve(); });
  });
  const reporter = new PlayheadReporter(video, send);
  video.dispatchEvent(new Event("playing"));
  video.currentTime = 3;
  video.paused = true;
  video.dispatchEvent(new Event("pause"));
  video.currentTime = 1;
  video.seeking = true;
  video.dispatchEvent(new Event("seeking"));
  for (let sent = 0; sent < 3; sent += 1) {
    assert.equal(releases.length, sent + 1, "one report is under way at a time");
    releases[sent]();
    await rest();
  }
  reporter.stop();
  assert.deepEqual(arrived.map((r) => [r.state, r.position_ms]), [["playing", 0], ["paused", 3000], ["seeking", 1000]]);
});

test("where playing begins is told before its event comes", async () => {
  const video = new FakeVideo();
  const arrived = [];
  const reporter = new PlayheadReporter(video, async (report) => { arrived.push(report); });
  reporter.note();
  video.currentTime = 1.5;
  video.dispatchEvent(new Event("play"));
  video.dispatchEvent(new Event("playing"));
  await rest();
  reporter.stop();
  assert.deepEqual(arrived.map((r) => [r.state, r.position_ms]), [["playing", 0], ["playing", 1500], ["playing", 1500]]);
});

/** What an element says of the ranges that it has played, in s. */
const played = (...ranges) => ({ length: ranges.length, start: (index) => ranges[index][0], end: (index) => ranges[index][1] });

test("every report says when it was made, and from where the video has played on", async () => {
  const video = new FakeVideo();
  // As if the first picture had been there long before anything else of the page.
  video.played = played([0, 3]);
  video.currentTime = 3;
  const arrived = [];
  const all = [];
  const reporter = new PlayheadReporter(video, async (report) => {
    arrived.push(report);
    all.push(report);
  });
  const happens = (name, state = {}) => {
    Object.assign(video, { paused: false, seeking: false }, state);
    video.dispatchEvent(new Event(name));
  };
  const begins = () => arrived.splice(0).map((r) => r.began_ms / 1000);
  happens("playing");
  video.currentTime = 40;
  happens("seeking", { seeking: true });
  happens("playing");
  video.currentTime = 50;
  happens("pause", { paused: true });
  happens("play");
  await rest();
  assert.deepEqual(begins(), [0, 40, 40, 50, 50]);
  // The next source, which played for two seconds before the page heard of its jump to where it begins.
  happens("emptied");
  Object.assign(video, { played: played([0, 2]), currentTime: 2 });
  happens("ratechange");
  happens("seeking");
  happens("playing");
  await rest();
  assert.deepEqual(begins(), [0, 0, 0], "its speed is what it was");
  Object.assign(video, { played: played([0, 2], [7.5, 9]), currentTime: 9 });
  happens("seeking");
  video.playbackRate = 2;
  happens("ratechange");
  await rest();
  reporter.stop();
  assert.deepEqual(begins(), [7.5, 9]);
  const clocks = all.map((r) => r.clock_ms);
  assert.deepEqual(clocks, clocks.toSorted((a, b) => a - b));
  assert.ok(clocks.every((clock) => Math.abs(clock - performance.now()) < 5_000));
});

test("while it plays the position is reported by itself", async () => {
  const video = new FakeVideo();
  const arrived = [];
  const reporter = new PlayheadReporter(video, async (report) => { arrived.push(report); });
  await new Promise((resolve) => setTimeout(resolve, 600));
  reporter.stop();
  const count = arrived.length;
  assert.ok(count >= 2, `${count} reports`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(arrived.length, count, "nothing after it was stopped");
});

test("amounts and lengths are readable", () => {
  assert.equal(amount("6.75"), "6.75 CFX");
  assert.equal(amount("135"), "135 CFX");
  assert.equal(amount("0.000000000001"), "0 CFX");
  assert.equal(amount(""), "–");
  assert.equal(clock(65_000), "1:05");
  assert.equal(clock(3_661_000), "1:01:01");
});

test("every report says which layers were on when it was made", async () => {
  const video = new FakeVideo();
  const arrived = [];
  let on = [];
  const reporter = new PlayheadReporter(video, async (report) => { arrived.push(report.layers); }, () => on);
  video.dispatchEvent(new Event("playing"));
  await rest();
  on = [7];
  video.dispatchEvent(new Event("playing"));
  await rest();
  reporter.stop();
  assert.deepEqual(arrived, [[], [7]]);
});

test("a layer is told with whether it is on and what it was shown with", () => {
  const layer = { id: 7, kind: "dub", language: "de", title: "Deutsch", on: true, minutes: 1 };
  assert.equal(layerWords(layer), "Deutsch (dub, de, No. 7): on, with 1 proved minute");
  assert.equal(layerWords({ ...layer, on: false, minutes: 0 }), "Deutsch (dub, de, No. 7): off, with 0 proved minutes");
});
