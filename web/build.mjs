// Bundles src into dist: app.js and app.css, each headed by the hash of all sources.
// With --check it writes nothing and fails when dist is not what it would write.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import { build } from "esbuild";

const hash = createHash("sha256");
for (const name of readdirSync("src").sort()) {
  hash.update(name + "\n");
  hash.update(readFileSync("src/" + name));
}
const head = `/* sources ${hash.digest("hex")} */\n`;
const common = { bundle: true, minify: true, write: false, charset: "utf8", legalComments: "none", target: "es2022" };
const made = {
  "dist/app.js": await build({ ...common, entryPoints: ["src/main.js"], format: "iife" }),
  "dist/app.css": await build({ ...common, entryPoints: ["src/style.css"] }),
};
let stale = false;
mkdirSync("dist", { recursive: true });
for (const [path, result] of Object.entries(made)) {
  const text = head + result.outputFiles[0].text;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path} is not what src gives: run npm ci && npm run build in web`);
    stale = true;
  }
}
process.exit(stale ? 1 : 0);
