/**
 * Writes out/csp.json: for every exported page the SHA-256 hashes of its inline scripts, and the whole policy.
 * The server sends the policy of the page it serves (README). Pages not listed here have no inline scripts.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const out = fileURLToPath(new URL("../out", import.meta.url));
const pages = readdirSync(out, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".html"))
  .sort();
const INLINE = /<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g;

const hashes = (html) =>
  [
    ...new Set(
      [...html.matchAll(INLINE)].map(([, code]) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`),
    ),
  ].sort();

/** Styles: Base UI, sonner and CodeMirror place style elements and attributes at run time; scripts never run unhashed. */
const policy = (scripts) =>
  [
    "default-src 'self'",
    `script-src 'self' ${scripts.join(" ")}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

const entries = pages.map((name) => {
  const scripts = hashes(readFileSync(path.join(out, name), "utf8"));
  return [name.split(path.sep).join("/"), { scripts, policy: policy(scripts) }];
});
writeFileSync(path.join(out, "csp.json"), `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
console.log(
  `out/csp.json: ${entries.length} pages, ${new Set(entries.flatMap(([, entry]) => entry.scripts)).size} different inline scripts`,
);
