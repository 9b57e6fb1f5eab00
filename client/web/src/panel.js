// The panel: minutes, earnings, sources.

const STATES = {
  open: "not played",
  mining: "being proved",
  proved: "proved",
  refused: "earns nothing",
  settled: "settled",
  lost: "not paid",
};

/** `1:05` for 65 s. */
export function clock(ms) {
  const seconds = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `1.5 MB`. */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** An amount with as many digits as can be read at a glance; the whole of it is in the title. */
export function amount(text) {
  if (text === undefined || text === null || text === "") return "–";
  const [whole, rest = ""] = text.split(".");
  const digits = rest.slice(0, whole === "0" ? 6 : 2).replace(/0+$/, "");
  return `${digits ? `${whole}.${digits}` : whole} CFX`;
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** One minute as a row. Everything from outside goes in as text, never as markup. */
function row(view) {
  const parts = [
    element("span", { textContent: `Minute ${view.cell + 1}` }),
    element("span", { textContent: STATES[view.state] ?? view.state }),
    element("span", { className: "earned", textContent: view.earned ? amount(view.earned) : "", title: view.earned ?? "" }),
  ];
  if (view.words) parts.push(element("span", { className: "words", textContent: view.words }));
  const made = element("li", {}, parts);
  made.dataset.state = view.state;
  return made;
}

export function showCells(list, cells) {
  list.replaceChildren(...cells.map(row));
}

export function showSources(table, stats) {
  const total = stats.p2p_bytes || 1;
  const rows = Object.entries(stats.sources).map(([provider, source]) => {
    const share = `${Math.round((source.bytes * 100) / total)} %`;
    const name = source.dropped > 0 ? `No. ${provider} (dropped ${source.dropped}×)` : `No. ${provider}`;
    return element("tr", {}, [name, megabytes(source.bytes), share].map((text) => element("td", { textContent: text })));
  });
  if (rows.length > 0) table.tBodies[0].replaceChildren(...rows);
}

const KINDS = { subtitles: "subtitles", dub: "dub" };

/** One enhancement in words: `Deutsch (subtitles, de, No. 7): on, with 3 proved minutes`. */
export function layerWords(layer) {
  const kind = KINDS[layer.kind] ?? layer.kind;
  const minutes = layer.minutes === 1 ? "1 proved minute" : `${layer.minutes} proved minutes`;
  return `${layer.title} (${kind}, ${layer.language}, No. ${layer.id}): ${layer.on ? "on" : "off"}, with ${minutes}`;
}

/** What others made for the video; hidden when there is nothing. Rewritten only when it changed. */
export function showLayers(list, layers) {
  const words = layers.map(layerWords);
  list.parentElement.hidden = words.length === 0;
  const shown = Array.from(list.children, (item) => item.textContent);
  if (shown.join("\n") !== words.join("\n")) {
    list.replaceChildren(...words.map((textContent) => element("li", { textContent })));
  }
}

/** One advertisement in words: what it is, whose, how its proof stands and what it paid. */
export function adWords(ad) {
  const followed = ad.followed ? `, followed for ${amount(ad.per_click)}` : "";
  const state = ad.earned ? `you got ${amount(ad.earned)}` : (ad.words ?? STATES[ad.state] ?? ad.state);
  return `${ad.title} (campaign ${ad.campaign} of ${ad.advertiser}, ${amount(ad.per_play)} a play${followed}): ${state}`;
}

/** What was shown in breaks; hidden when nothing was. Rewritten only when it changed. */
export function showAds(list, ads) {
  list.parentElement.hidden = ads.length === 0;
  const words = ads.map(adWords);
  const shown = Array.from(list.children, (item) => item.textContent);
  if (shown.join("\n") === words.join("\n")) return;
  const rows = ads.map((ad, at) => {
    const row = element("li", { textContent: words[at] });
    row.dataset.state = ad.state;
    return row;
  });
  list.replaceChildren(...rows);
}

/** Why nothing earns here at the moment; hidden when there is no reason. Rewritten only when it changed. */
export function showEarning(place, why) {
  place.hidden = !why;
  if (place.textContent !== (why ?? "")) place.textContent = why ?? "";
}

export function showEarnings(earnings) {
  for (const name of ["lifetime", "pending", "claimable", "claimed"]) {
    const place = document.getElementById(name);
    place.textContent = amount(earnings[name]);
    place.title = earnings[name] ? `${earnings[name]} CFX` : "";
  }
}
