// The player: opens videos through the gateway that served this page, and shows what becomes of their minutes. The video of
// the address was opened before, by first.js.

import { Breaks } from "./ads.js";
import { answerOf, call, readAddress, showVideo } from "./access.js";
import { hideChoices, layersOn, offerChoices } from "./choices.js";
import { PlayheadReporter } from "./playhead.js";
import { amount, clock, showAds, showCells, showEarning, showEarnings, showLayers, showSources } from "./panel.js";
import { Quality, controllerFor } from "./quality.js";

/** Account and list of videos are asked for so often, in ms. */
const REFRESH_MS = 10_000;

const byId = (id) => document.getElementById(id);
const video = byId("video");

/** The menus of what can be chosen. */
const menus = { quality: byId("quality"), sound: byId("sound"), text: byId("text") };

/** What is open now. */
let current = null;
/** Counts attempts to open, so that only the last one is shown. */
let attempt = 0;

function notice(text, kind = "info") {
  const place = byId("notice");
  place.textContent = text;
  place.dataset.kind = kind;
}

/** Closes what is open here, so that something else has its place, and may earn. */
async function close() {
  const left = current;
  current = null;
  left?.reporter.stop();
  left?.events.close();
  left?.player?.hls.destroy();
  showEarning(byId("elsewhere"), null);
  hideChoices(menus);
  showLayers(byId("layers"), []);
  showAds(byId("ads"), []);
  byId("ad").hidden = true;
  if (left) await globalThis.first.leave();
}

/** Opens a link, which may have `begun` already. */
async function open(link, begun = null) {
  attempt += 1;
  const mine = attempt;
  notice("Opening …");
  try {
    await close();
    const opened = await (begun ? answerOf(begun.asked) : call("/api/open", { method: "POST", body: JSON.stringify({ link }) }));
    const media = (await begun?.attach) ?? video;
    await globalThis.first.hlsIsThere;
    if (mine !== attempt) {
      void call(`/api/sessions/${opened.session}`, { method: "DELETE" }).catch(() => {});
      return;
    }
    globalThis.first.session = opened.session;
    byId("title").textContent = opened.title;
    document.title = `${opened.title} – Chainflix`;
    showVideo(opened.magnet);
    current = {
      reporter: new PlayheadReporter(
        video,
        (report) => reportTo(opened.session, report),
        () => layersOn(current?.player?.hls),
        () => (current?.player ? current.player.breaks.about : null),
      ),
      events: follow(opened.session),
      player: play(opened.playlist, media),
      session: opened.session,
      ads: [],
    };
    notice("");
    // Without a gesture browsers may refuse to start; the viewer presses play then.
    const playing = video.play();
    // Where it begins is told at once: on a busy machine a second has played before the page hears of it.
    current.reporter.note();
    await playing.catch((error) => {
      if (mine === attempt && error.name === "NotAllowedError") notice("Press play.");
    });
  } catch (error) {
    if (mine === attempt) notice(error.message, "error");
  }
}

function reportTo(session, report) {
  return call(`/api/sessions/${session}/playhead`, { method: "POST", body: JSON.stringify(report), keepalive: true });
}

/**
 * Plays in `media`, the video element or what shows a beginning in it already. The engine holds what comes next encrypted;
 * plaintext and keys come shortly before they are shown.
 */
function play(playlist, media) {
  if (!globalThis.Hls?.isSupported()) {
    video.src = playlist;
    return null;
  }
  const patience = { maxTimeToFirstByteMs: 60_000, maxLoadTimeMs: 120_000 };
  const retry = { maxNumRetry: 6, retryDelayMs: 500, maxRetryDelayMs: 4_000 };
  const quality = new Quality();
  const hls = new Hls({
    maxBufferLength: 12,
    maxMaxBufferLength: 12,
    backBufferLength: 30,
    startFragPrefetch: true,
    testBandwidth: false,
    // Segments are played as they are: a worker would only read all of hls.js once more.
    enableWorker: false,
    abrController: controllerFor(quality, Hls),
    fragLoadPolicy: { default: { ...patience, timeoutRetry: retry, errorRetry: retry } },
  });
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    const refused = data.response?.code >= 400 && data.response.code < 500;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR && !refused) {
      notice("The stream was interrupted; trying again …", "error");
      hls.startLoad();
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      notice(wordsOf(data.networkDetails) ?? `The video can't be played: ${data.details}.`, "error");
      hls.destroy();
    }
  });
  offerChoices(hls, Hls.Events, quality, menus);
  const breaks = new Breaks(hls, Hls.Events, video, (report) => current?.reporter.add(report), showBreak);
  hls.loadSource(playlist);
  hls.attachMedia(media);
  // Breaks go on playing when hls.js saw the video begin: one that plays already began before hls.js was there.
  if (!video.paused) video.dispatchEvent(new Event("play"));
  return { hls, quality, breaks };
}

/** What stands beside an advertisement while it is shown. */
function showBreak() {
  const before = current?.player?.breaks.shown ?? null;
  const ad = current?.ads.find((shown) => shown.before === before);
  byId("ad").hidden = before === null;
  byId("ad-title").textContent = ad?.title ?? "";
  byId("follow").disabled = !ad || ad.followed;
}

async function followAd() {
  const before = current?.player?.breaks.shown ?? null;
  if (before === null) return;
  byId("follow").disabled = true;
  try {
    await call(`/api/sessions/${current.session}/ads/${before}/follow`, { method: "POST" });
  } catch (error) {
    notice(error.message, "error");
  }
}

/** What the gateway said when it refused a part of the video. */
function wordsOf(request) {
  try {
    const { response } = request;
    return JSON.parse(typeof response === "string" ? response : new TextDecoder().decode(response)).message;
  } catch {
    return undefined;
  }
}

function follow(session) {
  const events = new WebSocket(`ws://${location.host}/api/sessions/${session}/events`);
  let shown = "";
  events.addEventListener("message", (message) => {
    if (current?.session !== session) return;
    const panel = JSON.parse(message.data);
    const cells = JSON.stringify(panel.cells);
    // Rewritten only when it changed, so that a screen reader is not interrupted twice a second.
    if (cells !== shown) showCells(byId("cells"), panel.cells);
    shown = cells;
    current.player?.quality.measured(panel.stats.line_bits_per_second);
    showSources(byId("sources"), panel.stats);
    showLayers(byId("layers"), panel.layers);
    showAds(byId("ads"), panel.ads);
    current.ads = panel.ads;
    showBreak();
    showEarning(byId("elsewhere"), panel.not_earning);
    if (panel.earnings) showEarnings(panel.earnings);
  });
  events.addEventListener("close", () => {
    if (current?.session === session) notice("The gateway closed this video, or has ended; open it again.", "error");
  });
  return events;
}

async function refreshAccount() {
  try {
    const account = await call("/api/account");
    byId("address").textContent = account.address;
    byId("balance").textContent = amount(account.balance);
    byId("balance").title = account.balance ? `${account.balance} CFX` : "";
    if (account.earnings) showEarnings(account.earnings);
  } catch (error) {
    if (!current) notice(error.message, "error");
  }
}

async function refreshVideos() {
  try {
    const videos = await call("/api/videos");
    byId("videos").replaceChildren(...videos.map(choice));
  } catch {
    // The controller is away; what is known stays, and a link can still be opened.
  }
}

/** One video of the list. */
function choice(entry) {
  const button = document.createElement("button");
  const title = Object.assign(document.createElement("span"), { textContent: entry.title });
  const length = Object.assign(document.createElement("span"), {
    className: "length",
    textContent: clock(entry.total_playtime_ms),
  });
  button.append(title, length);
  button.addEventListener("click", () => void open(entry.video));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function begin(link, begun = null) {
  // What stands beside the picture comes after it: the gateway would ask the same verifiers for both.
  const opened = link ? open(link, begun) : Promise.resolve();
  void opened.then(() => Promise.all([refreshAccount(), refreshVideos()]));
}

byId("open").addEventListener("submit", (event) => {
  event.preventDefault();
  void open(byId("link").value.trim());
});
byId("follow").addEventListener("click", () => void followAd());
// Whatever was said before, a picture that moves says more.
video.addEventListener("playing", () => notice(""));
// A printed address that is opened in a tab of an older one changes the fragment only.
addEventListener("hashchange", () => begin(readAddress()));
setInterval(refreshAccount, REFRESH_MS);
setInterval(refreshVideos, REFRESH_MS);
begin(readAddress(), globalThis.first.begun);
