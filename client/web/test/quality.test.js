import assert from "node:assert/strict";
import { test } from "node:test";
import { layersOn, qualityName } from "../src/choices.js";
import { Quality, atBorder, fitting } from "../src/quality.js";

const levels = [{ bitrate: 900_000 }, { bitrate: 3_000_000 }, { bitrate: 6_000_000 }];

test("the quality may change where a minute ends, and nowhere else", () => {
  for (const end of [0, 60, 60.033, 119.96, 120.2]) assert.ok(atBorder(end), `${end}`);
  for (const end of [2, 30, 58, 62, 118.9]) assert.ok(!atBorder(end), `${end}`);
});

test("a line carries what leaves room on it, and more room is needed to go up than to stay", () => {
  assert.equal(fitting(levels, 1, 0), 1);
  assert.equal(fitting(levels, 1, 4_000_000), 1);
  assert.equal(fitting(levels, 0, 4_000_000), 0);
  assert.equal(fitting(levels, 0, 6_000_000), 1);
  assert.equal(fitting(levels, 0, 20_000_000), 2);
  assert.equal(fitting(levels, 2, 5_000_000), 1);
  assert.equal(fitting(levels, 2, 100_000), 0);
});

test("a choice of the viewer holds from the next minute on", () => {
  const quality = new Quality();
  const next = (end, len = 10) => quality.next(levels, 1, { end, len }, true);
  assert.equal(next(0), 1);
  quality.choose(2);
  assert.equal(next(10), 1);
  assert.equal(next(58), 1);
  assert.equal(next(60.03), 2);
  quality.choose(-1);
  assert.equal(next(62), 2);
});

test("the player itself changes between minutes, and inside one only when little is left", () => {
  const quality = new Quality();
  const next = (end, len, plays = true) => quality.next(levels, 1, { end, len }, plays);
  quality.measured(20_000_000);
  assert.equal(next(30, 12), 1, "a better line is no reason to lose a minute");
  assert.equal(next(60, 12), 2);
  quality.measured(2_000_000);
  assert.equal(next(70, 6), 2, "there is enough left");
  assert.equal(next(70, 4, false), 2, "nothing plays");
  assert.equal(next(70, 4), 0);
  quality.measured(20_000_000);
  assert.equal(next(72, 2), 0, "and not up again inside the minute");
  assert.equal(next(120, 9), 2);
  assert.equal(quality.next(levels, 1, null, false), 2);
});

test("a rendition is named by its lines, also an upright one", () => {
  assert.equal(qualityName({ width: 1280, height: 720 }), "720p");
  assert.equal(qualityName({ width: 360, height: 640 }), "360p");
  assert.equal(qualityName({ bitrate: 96_400 }), "96 kb/s");
});

test("what is on of layer 2 is known by the addresses of the tracks that are chosen", () => {
  const at = (path) => ({ url: `http://127.0.0.1:1/media/secret/${path}/playlist.m3u8` });
  const hls = {
    audioTracks: [at("sound/0"), at("layers/9")],
    audioTrack: 1,
    subtitleTracks: [at("texts/0"), at("layers/7")],
    subtitleTrack: 1,
  };
  assert.deepEqual(layersOn(hls), [9, 7]);
  assert.deepEqual(layersOn({ ...hls, audioTrack: 0, subtitleTrack: -1 }), []);
  assert.deepEqual(layersOn({ ...hls, subtitleTrack: 0 }), [9]);
  assert.deepEqual(layersOn(undefined), []);
});
