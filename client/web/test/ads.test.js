// Breaks: what is reported while an advertisement is shown, as events of hls.js come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Breaks, breakOf } from "../src/ads.js";

const EVENTS = {
  INTERSTITIAL_STARTED: "started",
  INTERSTITIAL_ASSET_STARTED: "assetStarted",
  INTERSTITIAL_ASSET_ENDED: "assetEnded",
  INTERSTITIAL_ENDED: "ended",
  INTERSTITIALS_PRIMARY_RESUMED: "resumed",
};

/** An Hls that only tells, an element, and what came of it. */
function world() {
  const listeners = new Map();
  const skipped = [];
  const hls = {
    on: (name, listener) => listeners.set(name, listener),
    interstitialsManager: { skip: () => skipped.push(true) },
  };
  const video = { currentTime: 0, seeking: false, ended: false, paused: false };
  const reports = [];
  const breaks = new Breaks(hls, EVENTS, video, (report) => reports.push(report), () => {});
  const event = { identifier: "ad-1" };
  return { video, reports, breaks, skipped, tell: (name, data = {}) => listeners.get(name)(name, { event, ...data }) };
}

test("only our own breaks are known", () => {
  assert.equal(breakOf({ identifier: "ad-16" }), 16);
  assert.equal(breakOf({ identifier: "ad-x" }), null);
  assert.equal(breakOf(undefined), null);
});

test("the video pauses at the border, the advertisement is reported as such, and the video goes on", () => {
  const { video, reports, breaks, tell } = world();
  assert.equal(breaks.about, null);
  video.currentTime = 60.02;
  tell("started");
  assert.deepEqual(reports, [{ position_ms: 59_999, state: "paused", rate: 1, layers: [] }]);
  assert.equal(breaks.about, undefined, "on its way nothing is reported");
  video.currentTime = 0;
  tell("assetStarted");
  assert.equal(breaks.about, 1);
  assert.equal(breaks.shown, 1);
  video.currentTime = 19.96;
  tell("assetEnded", { asset: { duration: 20 } });
  assert.deepEqual(reports[1], { position_ms: 20_000, state: "ended", rate: 1, layers: [], ad: 1 });
  tell("resumed");
  video.currentTime = 0;
  assert.equal(breaks.about, undefined, "the element is not back yet");
  video.currentTime = 60.03;
  assert.equal(breaks.about, null);
  assert.equal(reports.length, 2);
});

test("one that fails in its middle is reported as far as it was shown", () => {
  const { video, reports, breaks, tell } = world();
  tell("assetStarted");
  video.currentTime = 7;
  tell("assetEnded", { asset: { duration: 20 } });
  assert.equal(reports[0].position_ms, 7_000);
  tell("resumed");
  video.currentTime = 60;
  assert.equal(breaks.about, null);
});

test("one that stands still is skipped after three seconds, unless the viewer paused it", (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { video, breaks, tell, skipped } = world();
  tell("assetStarted");
  const looks = (seconds) => {
    for (let passed = 0; passed < seconds * 4; passed += 1) {
      context.mock.timers.tick(250);
      assert.equal(breaks.about, 1);
    }
  };
  looks(3);
  assert.equal(skipped.length, 0);
  looks(1);
  assert.equal(skipped.length, 1);
  video.paused = true;
  looks(10);
  assert.equal(skipped.length, 1);
});

test("a break in which nothing is shown costs the video nothing but a pause at its border", () => {
  const { video, reports, breaks, tell } = world();
  video.currentTime = 59.9;
  tell("started");
  tell("resumed");
  assert.equal(breaks.about, null);
  assert.deepEqual(
    reports.map((report) => report.position_ms),
    [59_900],
  );
});
