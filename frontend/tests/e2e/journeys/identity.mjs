import assert from "node:assert/strict";

import { axe, openPage, shot } from "../browser.mjs";
import { startProxy } from "../proxy.mjs";
import { startServer } from "../server.mjs";
import { viewerLooks } from "./viewer.mjs";

const password = `correct horse ${Date.now()}`;

/** A server that wants people to sign in: first setup, run, reload, key, second account, sign out and in. */
export async function identity({ browser }) {
  const server = await startServer({ signIn: true });
  const proxy = await startProxy(server.url);
  const page = await openPage(browser, proxy.url);
  try {
    // Without a session, and with a wrong password: what the gate and the form are for.
    page.expected.push(/^401 /);
    await page.goto("/agents");
    await page.getByRole("form", { name: "Sign in" }).waitFor();
    await shot(page, "sign-in");
    assert.deepEqual(await axe(page), []);
    await page.goto(server.setup);
    await page.reload();
    await fill(page, { Name: "ada", "E-mail": "ada@example.org", Password: password });
    await shot(page, "first-setup");
    await page.getByRole("button", { name: "Become administrator" }).click();
    await page.getByRole("button", { name: "Create the agent" }).click();
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
    await page.reload();
    await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();

    await openProfile(page, "ada");
    await openSettings(page, "Access keys");
    await page.getByRole("textbox", { name: "Name" }).fill("nightly job");
    await page.getByRole("checkbox").first().click();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByText(/^dyn_/).first().waitFor();
    await shot(page, "account-keys");
    assert.deepEqual(await axe(page), []);
    await openSettings(page, "People");
    await fill(page, { Name: "bob", "E-mail": "bob@example.org", "First password": password });
    await page.getByRole("button", { name: "Create user" }).click();
    await page.getByText("bob@example.org").waitFor();
    await fill(page, { Name: "eve", "E-mail": "eve@example.org" });
    await page.getByRole("button", { name: "Create user" }).click();
    const link = await page.getByText(/#password=dynp_/).innerText();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("no password yet").waitFor();
    await shot(page, "account-people");
    await readAuditLog(page);
    await openSettings(page, "Profile");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    const form = page.getByRole("form", { name: "Sign in" });
    await form.waitFor();
    await page.reload();
    await fill(form, { "Name or e-mail": "bob", Password: `${password}!` });
    await form.getByRole("button", { name: "Sign in" }).click();
    await form.getByRole("alert").waitFor();
    await fill(form, { Password: password });
    await form.getByRole("button", { name: "Sign in" }).click();
    await account(page, "bob").waitFor();
    await page.goto("/agents");
    await page.getByText("No agents yet").waitFor();
    await page.goto(new URL(link.trim()).pathname + new URL(link.trim()).hash);
    await page.reload();
    await fill(page, { Password: `${password} too` });
    await page.getByRole("button", { name: "Set password" }).click();
    await account(page, "eve").waitFor();
    await viewerLooks({
      browser,
      base: proxy.url,
      admin: { login: "ada", password },
      maker: { login: "bob", password },
    });
    assert.deepEqual(page.complaints, []);
  } catch (error) {
    await shot(page, "failed-identity-inside");
    throw error;
  } finally {
    await page.context().close();
    await proxy.stop();
    await server.stop();
  }
}

/** The menu of who is signed in. */
function account(page, name) {
  return page.getByRole("button", { name: `Account of ${name}` });
}

async function openProfile(page, name) {
  await account(page, name).click();
  await page.getByRole("menuitem", { name: "Profile" }).click();
}

/** Go to one of the settings' pages by their own column, and wait until it is there. */
async function openSettings(page, name) {
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** The administrator sees who came in and who was made, by noun and by person; the address keeps the filters. */
async function readAuditLog(page) {
  await openSettings(page, "Audit log");
  // Both accounts that were made: the administrator's at the setup, and the one the administrator made.
  await page
    .getByRole("button", { name: /^User: created/ })
    .nth(1)
    .waitFor();
  await page.getByRole("combobox", { name: "Action" }).fill("access_key");
  await page
    .getByRole("button", { name: /^User: created/ })
    .first()
    .waitFor({ state: "detached" });
  const entry = page.getByRole("button", { name: /^Access key: created/ });
  await entry.click();
  await page.getByRole("region", { name: "Entry" }).getByText("access_key.created").waitFor();
  await shot(page, "audit-log");
  assert.deepEqual(await axe(page), []);
  assert.match(page.url(), /action=access_key/);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: /^Setup: completed/ }).waitFor();
  await page.goBack();
  await openProfile(page, "ada");
}

async function fill(place, values) {
  for (const [label, value] of Object.entries(values))
    await place.getByLabel(new RegExp(`^${label}( \\*)?$`)).fill(value);
}
