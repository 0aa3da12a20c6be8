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

if (!existsSync(fileURLToPath(new URL("../../out/csp.json", import.meta.url))))
  skip("the user interface is not built (npm run build)");
/** Journeys at a time. Most of their time is waiting: for a model, for a minute to be full. */
const LANES = Number(process.env.LANES ?? 4);
const browser = await startBrowser();
if (!browser) skip("no Chromium here (apt-get install chromium, or set CHROMIUM)");
const server = await startServer();
if (!server) {
  await browser.close();
  skip("no server: .venv/bin/dynagent is not there (make env), or set DYNAGENT_URL");
}
const wanted = process.argv.slice(2);
const chosen = Object.entries(journeys).filter(([name]) => wanted.length === 0 || wanted.includes(name));
// The first of all journeys wants an empty installation; the others know nothing of each other and go side by side.
const [first, ...queue] = chosen[0]?.[0] === Object.keys(journeys)[0] ? chosen : [undefined, ...chosen];
const began = performance.now();
const again = [];
if (first) await go(first);
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await go(next);
  }),
);
// Once more, alone, and told: what fails twice is broken, what fails once in a hundred is a race to look into.
let failed = 0;
for (const [name, journey] of again) if (!(await goes(name, journey))) failed += 1;
await browser.close();
await server.stop();
console.log(
  `${failed ? `${failed} journeys failed` : "all journeys went well"} (${chosen.length} in ${seconds(began)})`,
);
process.exit(failed ? 1 : 0);

async function go([name, journey]) {
  if (!(await goes(name, journey))) again.push([name, journey]);
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** Calls past the page, to prepare or to check. */
function api(base) {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${base}/api${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}

/** Go one journey on a page and a network of its own; say how it went and whether it went well. */
async function goes(name, journey) {
  const began = performance.now();
  const proxy = await startProxy(server.url);
  const page = await openPage(browser, proxy.url);
  try {
    const note = await journey({
      page,
      browser,
      proxy,
      base: proxy.url,
      api: api(proxy.url),
      direct: api(server.url),
      apiOf: api,
    });
    if (page.complaints.length > 0) throw new Error(`the page complained:\n${page.complaints.join("\n")}`);
    console.log(`ok    ${name} (${seconds(began)})${note ? ` – ${note}` : ""}`);
    return true;
  } catch (error) {
    await shot(page, `failed-${name}`).catch(() => undefined);
    console.log(`FAIL  ${name}: ${error.stack ?? error}\n${page.complaints.join("\n")}`);
    return false;
  } finally {
    await page.context().close();
    await proxy.stop();
  }
}
