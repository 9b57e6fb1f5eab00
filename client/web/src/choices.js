// What the viewer may choose: quality, sound, subtitles.

/** One menu; hidden when there is nothing to choose. */
function fill(select, options, chosen) {
  const made = options.map(([value, text]) => Object.assign(document.createElement("option"), { value, textContent: text }));
  select.replaceChildren(...made);
  select.value = String(chosen);
  select.parentElement.hidden = options.length < 2;
}

function nameOf(track) {
  return track.lang && track.name !== track.lang ? `${track.name} (${track.lang})` : track.name;
}

/** Ids of the enhancements of layer 2 among the sound and the subtitles that an Hls shows. */
export function layersOn(hls) {
  const shown = [hls?.audioTracks?.[hls.audioTrack], hls?.subtitleTracks?.[hls.subtitleTrack]];
  const ids = shown.map((track) => /\/layers\/(\d+)\//.exec(track?.url ?? "")?.[1]);
  return ids.filter((id) => id !== undefined).map(Number);
}

/** What a rendition is called: by the shorter side of its picture. */
export function qualityName(level) {
  const lines = Math.min(level.width || 0, level.height || 0);
  return lines > 0 ? `${lines}p` : `${Math.round(level.bitrate / 1000)} kb/s`;
}

/** Fills the menus for an Hls, and carries out what is chosen. `menus` are the select elements. */
export function offerChoices(hls, events, quality, menus) {
  const sounds = () => fill(menus.sound, hls.audioTracks.map((track, at) => [at, nameOf(track)]), hls.audioTrack);
  const texts = () => {
    const all = hls.subtitleTracks.map((track, at) => [at, nameOf(track)]);
    fill(menus.text, all.length > 0 ? [[-1, "Off"], ...all] : [], hls.subtitleTrack);
  };
  hls.on(events.MANIFEST_PARSED, () => {
    hls.startLevel = hls.firstLevel;
    hls.subtitleTrack = -1;
    const levels = hls.levels.map((level, at) => [at, qualityName(level)]);
    fill(menus.quality, levels.length > 1 ? [[-1, "Automatic"], ...levels] : [], -1);
  });
  // The lists are those of the level that plays.
  hls.on(events.AUDIO_TRACKS_UPDATED, sounds);
  hls.on(events.SUBTITLE_TRACKS_UPDATED, texts);
  menus.quality.onchange = () => quality.choose(Number(menus.quality.value));
  menus.sound.onchange = () => {
    hls.audioTrack = Number(menus.sound.value);
  };
  menus.text.onchange = () => {
    hls.subtitleTrack = Number(menus.text.value);
    hls.subtitleDisplay = hls.subtitleTrack >= 0;
  };
}

/** Nothing is open: nothing can be chosen. */
export function hideChoices(menus) {
  for (const select of Object.values(menus)) fill(select, [], "");
}
