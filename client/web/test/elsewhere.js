// Whoever is not the viewer's page: a site of another origin, and requests with headers that no browser lets a page set.

import { createServer, request } from "node:http";
import { once } from "node:events";

/** A site at an address of its own, with an empty page. */
export async function otherSite() {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>elsewhere</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Status of the answer to a request with exactly these headers. */
export async function statusFor(port, path, headers) {
  const sent = request({ host: "127.0.0.1", port, path, headers, setHost: false, agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  response.destroy();
  return response.statusCode;
}
