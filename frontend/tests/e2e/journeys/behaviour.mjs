import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent } from "./prepare.mjs";

const NOBODYS = "01a00000-0000-7000-8000-000000000000";

/** The server goes away and comes back: it is said, and what the page shows is asked anew by itself. */
export async function serverAway({ page, direct, proxy }) {
  await page.goto("/settings/health");
  await page.getByText("works").first().waitFor();
  page.expected.push(/^net::ERR_/);
  proxy.drop(6000);
  await page.getByRole("button", { name: "Refresh" }).click();
  const notice = page.getByTestId("away-notice");
  await notice.waitFor();
  await shot(page, "server-away");
  assert.deepEqual(await axe(page), []);
  const agent = await demoAgent(direct);
  await notice.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Agents", exact: true }).click();
  await page.getByRole("link", { name: agent.name, exact: true }).waitFor();
}

/** Addresses of things that are not there, or are somebody else's: a sentence, and the way back. */
export async function nowhere({ page }) {
  page.expected.push(/^404 /);
  for (const [place, text] of [
    ["agents", "This agent cannot be shown"],
    ["runs", "There is no such run"],
    ["schedules", "This schedule cannot be shown"],
    ["workflows", "This workflow cannot be shown"],
  ]) {
    await page.goto(`/${place}/${NOBODYS}`);
    await page.getByText(text).waitFor();
    await page
      .getByRole("main")
      .getByRole("link", { name: new RegExp(place, "i") })
      .click();
    await page.waitForURL(new RegExp(`/${place}/?$`));
  }
  await page.goto(`/chats?id=${NOBODYS}`);
  await page.getByText("This chat cannot be shown").waitFor();
  await page.goto("/nowhere");
  await page.getByRole("link", { name: "Go home" }).click();
  await page.waitForURL((url) => url.pathname === "/");
}

/** Dialogs give the focus back; pages of one thing are called after it, lists after themselves; a page is changed without loading it anew. */
export async function focusAndTitles({ page, api }) {
  const agent = await demoAgent(api);
  await page.goto(`/agents?q=${encodeURIComponent(agent.name)}`);
  await page.evaluate(() => (window.sameDocument = true));
  await page.getByRole("link", { name: agent.name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: agent.name }).waitFor();
  assert.equal(await page.evaluate(() => window.sameDocument), true, "a link of ours does not load the page anew");
  await page.waitForFunction((name) => document.title === `${name} · Agents · Dynagent`, agent.name);

  const code = page.getByRole("button", { name: "Use in code" });
  await code.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Use in code" });
  await dialog.getByRole("button", { name: "Python" }).click();
  await dialog.getByText("httpx.stream").waitFor();
  await shot(page, "agent-code");
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await focus(page, code);

  const menu = page.getByRole("button", { name: `Actions for ${agent.name}` });
  await menu.press("Enter");
  await page.getByRole("menuitem", { name: "Delete …" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await focus(page, menu);

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).waitFor();
  await page.keyboard.press("Escape");
  await focus(page, menu);
  await page.goBack();
  await page.waitForFunction(() => document.title === "Agents · Dynagent");
}

/** Wait until this element has the focus. */
const focus = async (page, locator) =>
  page.waitForFunction((element) => element === document.activeElement, await locator.elementHandle());
