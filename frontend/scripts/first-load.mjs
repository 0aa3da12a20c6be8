/** How much JavaScript a browser loads for an exported page before anything is clicked. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

export const out = fileURLToPath(new URL("../out", import.meta.url));
const sizes = new Map();

/** Kilobytes (1024 bytes, gzipped) and number of files of a page, named as in `out/`. */
export function firstLoadKb(page) {
  const html = readFileSync(path.join(out, page), "utf8");
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"?]+\.js)[^"]*"[^>]*>/g)];
  // `nomodule` is for browsers that cannot run the page otherwise; others do not load it.
  const scripts = new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src));
  return { kb: [...scripts].reduce((sum, src) => sum + size(src), 0) / 1024, files: scripts.size };
}

function size(src) {
  if (!sizes.has(src)) sizes.set(src, gzipSync(readFileSync(path.join(out, src)), { level: 9 }).length);
  return sizes.get(src);
}
