// How the page gets to the gateway: the token stands in the fragment of the printed address, which is sent to nobody.

const KEPT = "chainflix-token";

/** Reads `#token=…&video=…`, keeps the token for this tab, and takes it out of the address bar and the history. */
export function readAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token) {
    sessionStorage.setItem(KEPT, token);
    showVideo(fragment.get("video"));
  }
  return fragment.get("video");
}

/** Names the open video in the address, so that reloading opens it again. */
export function showVideo(magnet) {
  history.replaceState(null, "", magnet ? `#video=${encodeURIComponent(magnet)}` : location.pathname);
}

/** Asks the gateway, and returns its answer; what it refuses becomes an error in its own words. */
export function call(path, options = {}) {
  const headers = { authorization: `Bearer ${sessionStorage.getItem(KEPT) ?? ""}`, "content-type": "application/json" };
  return answerOf(fetch(path, { ...options, headers }));
}

/** The answer to what was `asked` of the gateway, a promise of a response. */
export async function answerOf(asked) {
  let response;
  try {
    response = await asked;
  } catch {
    throw new Error("The gateway does not answer: start it again, and open the address that it prints.");
  }
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(body?.message ?? `The gateway answered with status ${response.status}.`);
  return body;
}
