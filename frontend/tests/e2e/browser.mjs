/** Debian's Chromium, driven by playwright-core; axe and screenshots. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const screens = fileURLToPath(new URL("../../../artifacts/screens", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const args = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser, or null where there is none. */
export async function startBrowser() {
  const executablePath = places.find((place) => place && existsSync(place));
  return executablePath ? chromium.launch({ executablePath, args }) : null;
}

// What a form shows at its fields: the journeys bring it about and look at it.
const ANSWERED = new Set([409, 412, 422]);

/**
 * A page that collects what goes wrong in it: errors in scripts and on the console, refused and failed requests.
 * `expected` takes patterns of complaints that a journey brings about on purpose.
 */
export async function openPage(browser, base, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: base,
    colorScheme: "light",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints = [];
  const expected = [];
  const complain = (text) => expected.some((pattern) => pattern.test(text)) || complaints.push(text);
  page.on("pageerror", (error) => complain(error.message));
  // The browser's own words for a request that failed name no method and no status; the two listeners below do.
  page.on(
    "console",
    (message) =>
      message.type() === "error" && !/^Failed to load resource/.test(message.text()) && complain(message.text()),
  );
  page.on("response", (answer) => {
    const request = answer.request();
    const refused = answer.status() >= 400 && !(request.method() !== "GET" && ANSWERED.has(answer.status()));
    if (refused) complain(`${answer.status()} ${request.method()} ${new URL(request.url()).pathname}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "failed";
    // Left pages and closed streams end their requests.
    if (why !== "net::ERR_ABORTED") complain(`${why} ${request.method()} ${new URL(request.url()).pathname}`);
  });
  return Object.assign(page, { complaints, expected });
}

export async function shot(page, name) {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: path.join(screens, `${name}.png`) });
}

const ALL = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
/** What another colour scheme can change, and what another width can. */
export const COLOURS = { runOnly: { type: "rule", values: ["color-contrast"] } };
export const LAYOUT = { ...ALL, rules: { "color-contrast": { enabled: false } } };

/** WCAG 2.1 A and AA violations, one line each; `options` as axe takes them. */
export async function axe(page, options = ALL) {
  // Bypasses the page's policy as the developer tools do: the tool is not part of the page.
  if (!(await page.evaluate(() => "axe" in window)))
    await page.evaluate(axeSource).catch(async () => page.addScriptTag({ content: axeSource }));
  await stillness(page);
  const { violations } = await page.evaluate((given) => window.axe.run(document, given), options);
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map(
        (node) =>
          `${id}: ${node.target.join(" ")} – ${(node.failureSummary ?? "").split("\n").slice(1, 2).join("").trim()}`,
      ),
  );
}

/** Wait for what fades in or out: it has the contrast of neither end. */
export const stillness = (page) =>
  page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished),
    ),
  );
