/**
 * Journeys in a real browser against the real server: `npm run e2e [-- name …]`.
 * DYNAGENT_URL takes a running server, CHROMIUM another browser. Screenshots are written to artifacts/screens.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { openPage, shot, startBrowser } from "./browser.mjs";
import { journeys } from "./journeys/index.mjs";
import { startProxy } from "./proxy.mjs";
import { startServer } from "./server.mjs";

function skip(why) {
  console.log(`browser tests skipped: ${why}`);
  process.exit(process.env.STRICT ? 1 : 0);
}

if (!existsSync(fileURLToPath(new URL("../../out/csp.json", import.meta.url)))) skip("the user interface is not built (npm run build)");
const browser = await startBrowser();
if (!browser) skip("no Chromium here (apt-get install chromium, or set CHROMIUM)");
const server = await startServer();
if (!server) {
  await browser.close();
  skip("no server: .venv/bin/dynagent is not there (make env), or set DYNAGENT_URL");
}
const proxy = await startProxy(server.url);

const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  // Once more on a new page, and told: what fails twice is broken, what fails once in a hundred is a race to look into.
  if (!(await goes(name, journey)) && !(await goes(name, journey))) failed += 1;
}
await browser.close();
await proxy.stop();
await server.stop();
console.log(failed ? `${failed} journeys failed` : "all journeys went well");
process.exit(failed ? 1 : 0);

/** Calls past the page, to prepare or to check. */
function api(base) {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${base}/api${path}`, { method, headers: { "Content-Type": "application/json", ...headers }, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}

/** Go one journey on a page of its own; say how it went and whether it went well. */
async function goes(name, journey) {
  const began = performance.now();
  const page = await openPage(browser, proxy.url);
  try {
    const note = await journey({ page, browser, proxy, base: proxy.url, api: api(proxy.url) });
    if (page.complaints.length > 0) throw new Error(`the page complained:\n${page.complaints.join("\n")}`);
    console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)${note ? ` – ${note}` : ""}`);
    return true;
  } catch (error) {
    await shot(page, `failed-${name}`).catch(() => undefined);
    console.log(`FAIL  ${name}: ${error.stack ?? error}\n${page.complaints.join("\n")}`);
    return false;
  } finally {
    await page.context().close();
  }
}
