import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";

import { axe, shot } from "../browser.mjs";
import { demoAgent, unique } from "./prepare.mjs";

/** Make a trigger, take its secret, send a signed message, see the run; switch it off, give it another secret, remove it. */
export async function triggers({ page, api, base }) {
  const agent = await demoAgent(api);
  const name = unique("Issues");
  await page.goto("/settings/triggers");
  await page.getByRole("main").getByRole("link", { name: "New trigger" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create trigger" }).click();
  await dialog.getByText("Needed").first().waitFor();
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: agent.name }).click();
  await dialog.getByRole("textbox", { name: "Question" }).fill("What is {{ payload.sum }}?");
  await shot(page, "trigger-dialog");
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: "Create trigger" }).click();
  const secret = (await page.getByRole("region", { name: "Secret" }).innerText()).trim();
  assert.match(secret, /^whsec_/);
  await shot(page, "trigger-secret");
  assert.deepEqual(await axe(page), []);
  const { triggers: all } = await api("GET", "/v1/triggers");
  const trigger = all.find((one) => one.name === name);
  const sent = await send(base + trigger.url, secret, { sum: "6*7" });
  assert.equal(sent.status, 202);
  const run = (await sent.json()).execution_id;
  await page.goto(`/runs/${run}`);
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
  await page.getByText("What is 6*7?").first().waitFor();

  await page.goto("/settings/triggers");
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "New secret …" }).click();
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await page.getByRole("region", { name: "Secret" }).waitFor();
  assert.equal((await send(base + trigger.url, secret, { sum: "1+1" })).status, 401);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("switch", { name: `${name} is on` }).click();
  await page.waitForFunction(
    (label) => document.querySelector(`[role=switch][aria-label="${label}"]`)?.getAttribute("aria-checked") === "false",
    `${name} is on`,
  );
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Change …" }).click();
  await dialog.getByRole("textbox", { name: "Question" }).fill("How much is {{ payload.sum }}?");
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("How much is").waitFor();
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Remove …" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("switch", { name: `${name} is on` }).waitFor({ state: "detached" });
}

/** Send a message signed as Standard Webhooks are. */
function send(url, secret, payload) {
  const body = JSON.stringify(payload);
  const id = `msg_${randomUUID()}`;
  const at = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  return fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": at,
      "webhook-signature": `v1,${signature}`,
    },
  });
}
