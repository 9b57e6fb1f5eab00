// Puts everything that the gateway serves into dist/: the page's own files, and hls.js as its makers minified it.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = folder("dist/");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const file of await readdir(folder("src/"))) {
  await cp(folder(`src/${file}`), `${dist}${file}`);
}
await cp(folder("node_modules/hls.js/dist/hls.light.min.js"), `${dist}hls.js`);
await cp(folder("node_modules/hls.js/LICENSE"), `${dist}hls.LICENSE.txt`);
console.log(`web player built in ${dist}`);
