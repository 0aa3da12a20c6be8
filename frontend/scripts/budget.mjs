/** First-load JavaScript of every exported page, gzipped, as the browser asks for it before anything is clicked. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 200;
const out = fileURLToPath(new URL("../out", import.meta.url));
const pages = readdirSync(out, { recursive: true }).map(String).filter((name) => name.endsWith("index.html")).sort();
const sizes = new Map();
const size = (src) => {
  if (!sizes.has(src)) sizes.set(src, gzipSync(readFileSync(path.join(out, src)), { level: 9 }).length);
  return sizes.get(src);
};

let failed = false;
for (const page of pages) {
  const html = readFileSync(path.join(out, page), "utf8");
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"?]+\.js)[^"]*"[^>]*>/g)];
  // `nomodule` is for browsers that cannot run the page otherwise; others do not load it.
  const scripts = new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src));
  const kb = [...scripts].reduce((sum, src) => sum + size(src), 0) / 1024;
  const over = page === "index.html" && kb > BUDGET_KB;
  failed ||= over;
  console.log(`${kb.toFixed(1).padStart(7)} kB  ${String(scripts.size).padStart(3)} files  /${page.replace(/index\.html$/, "")}${over ? `  over the budget of ${BUDGET_KB} kB` : ""}`);
}
if (failed) process.exitCode = 1;
