/** Serves out/ as the API process has to: rewrites of the dynamic pages, cache headers, the policy of each page. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const out = fileURLToPath(new URL("../../out", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".json": "application/json",
};
const DYNAMIC = /^\/(agents|runs|schedules|teams|workflows)\/(?!new(?:\/|$)|_(?:\/|$))([^/]+)(\/.*)?$/;

/** `/agents/<id>/…` and `/runs/<id>/…` are the exported pages `/agents/_/…` and `/runs/_/…`. */
export function rewrite(pathname) {
  const match = DYNAMIC.exec(pathname);
  return match && !/\.[a-z0-9]+$/.test(match[2]) ? `/${match[1]}/_${match[3] ?? "/"}` : pathname;
}

export function serveSite(request, response) {
  const policies = JSON.parse(readFileSync(path.join(out, "csp.json"), "utf8"));
  const wanted = path.normalize(decodeURIComponent(rewrite(new URL(request.url, "http://x").pathname)));
  let file = path.join(out, wanted);
  if (existsSync(file) && statSync(file).isDirectory()) file = path.join(file, "index.html");
  const found = file.startsWith(out) && existsSync(file);
  if (!found) file = path.join(out, "404.html");
  const name = path.relative(out, file);
  const headers = {
    "Content-Type": types[path.extname(file)] ?? "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
  };
  headers["Cache-Control"] = name.startsWith("_next/static") ? "public, max-age=31536000, immutable" : "no-cache";
  if (policies[name]) headers["Content-Security-Policy"] = policies[name].policy;
  response.writeHead(found ? 200 : 404, headers).end(readFileSync(file));
}
