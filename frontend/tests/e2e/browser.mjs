/** Debian's Chromium, driven by playwright-core; axe and screenshots. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const screens = fileURLToPath(new URL("../../../artifacts/screens", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The browser, or null where there is none. */
export async function startBrowser() {
  const executablePath = places.find((place) => place && existsSync(place));
  return executablePath ? chromium.launch({ executablePath, args }) : null;
}

/** A page that collects what goes wrong in it. */
export async function openPage(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: base, colorScheme: "light", permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text()) && complaints.push(message.text()));
  return Object.assign(page, { complaints });
}

export async function shot(page, name) {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: path.join(screens, `${name}.png`) });
}

/** WCAG 2.1 A and AA violations, one line each. */
export async function axe(page) {
  // Bypasses the page's policy as the developer tools do: the tool is not part of the page.
  await page.evaluate(axeSource).catch(async () => page.addScriptTag({ content: axeSource }));
  // What is fading in or out has the contrast of neither end.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity).map((animation) => animation.finished)));
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(" ")} – ${(node.failureSummary ?? "").split("\n").slice(1, 2).join("").trim()}`));
}
