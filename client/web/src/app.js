// The player: opens videos through the gateway that served this page, and shows what becomes of their minutes.

import { PlayheadReporter } from "./playhead.js";
import { amount, clock, showCells, showEarnings, showSources } from "./panel.js";

const byId = (id) => document.getElementById(id);
const video = byId("video");

/** What is open now. */
let current = null;

async function call(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { "content-type": "application/json" } });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(body?.message ?? `The gateway answered with status ${response.status}.`);
  return body;
}

function notice(text, kind = "info") {
  const place = byId("notice");
  place.textContent = text;
  place.dataset.kind = kind;
}

function close() {
  current?.reporter.stop();
  current?.events.close();
  current?.hls?.destroy();
  current = null;
}

async function open(link) {
  close();
  notice("Opening …");
  try {
    const opened = await call("/api/open", { method: "POST", body: JSON.stringify({ link }) });
    byId("title").textContent = opened.title;
    document.title = `${opened.title} – Chainflix`;
    history.replaceState(null, "", `#${opened.magnet}`);
    current = {
      reporter: new PlayheadReporter(video, (report) => reportTo(opened.session, report)),
      events: follow(opened.session),
      hls: play(opened.playlist),
    };
    notice("");
    // Without a gesture browsers may refuse to start; the viewer presses play then.
    await video.play().catch(() => notice("Press play."));
  } catch (error) {
    notice(error.message, "error");
  }
}

function reportTo(session, report) {
  return call(`/api/sessions/${session}/playhead`, { method: "POST", body: JSON.stringify(report), keepalive: true });
}

/** The engine holds what comes next encrypted; plaintext and keys come shortly before they are shown. */
function play(playlist) {
  if (!globalThis.Hls?.isSupported()) {
    video.src = playlist;
    return null;
  }
  const patience = { maxTimeToFirstByteMs: 60_000, maxLoadTimeMs: 120_000 };
  const retry = { maxNumRetry: 6, retryDelayMs: 500, maxRetryDelayMs: 4_000 };
  const hls = new Hls({
    maxBufferLength: 12,
    maxMaxBufferLength: 12,
    backBufferLength: 30,
    startFragPrefetch: true,
    fragLoadPolicy: { default: { ...patience, timeoutRetry: retry, errorRetry: retry } },
  });
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) {
      notice("The stream was interrupted; trying again …", "error");
      hls.startLoad();
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      notice(`The video can't be played: ${data.details}.`, "error");
      hls.destroy();
    }
  });
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    if (byId("notice").dataset.kind === "error") notice("");
  });
  hls.loadSource(playlist);
  hls.attachMedia(video);
  return hls;
}

function follow(session) {
  const events = new EventSource(`/api/sessions/${session}/events`);
  let shown = "";
  events.addEventListener("panel", (message) => {
    const { panel, earnings } = JSON.parse(message.data);
    const cells = JSON.stringify(panel.cells);
    // Rewritten only when it changed, so that a screen reader is not interrupted twice a second.
    if (cells !== shown) showCells(byId("cells"), panel.cells);
    shown = cells;
    showSources(byId("sources"), panel.stats);
    if (earnings.lifetime !== "") showEarnings(earnings);
  });
  return events;
}

async function refreshAccount() {
  try {
    const state = await call("/api/state");
    byId("address").textContent = state.address;
    byId("balance").textContent = amount(state.balance);
    if (state.earnings.lifetime !== "") showEarnings(state.earnings);
  } catch (error) {
    notice(error.message, "error");
  }
}

async function refreshVideos() {
  try {
    const videos = await call("/api/videos");
    const items = videos.map((entry) => {
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
    });
    byId("videos").replaceChildren(...items);
  } catch {
    // The controller is away; what is known stays, and a link can still be opened.
  }
}

byId("open").addEventListener("submit", (event) => {
  event.preventDefault();
  void open(byId("link").value.trim());
});
addEventListener("hashchange", () => {
  if (location.hash.length > 1) void open(location.hash.slice(1));
});

void refreshAccount();
void refreshVideos();
setInterval(refreshAccount, 10_000);
setInterval(refreshVideos, 10_000);
if (location.hash.length > 1) void open(location.hash.slice(1));
