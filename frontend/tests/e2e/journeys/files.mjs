import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, unique } from "./prepare.mjs";

/** Upload files, attach one to an agent, ask in a chat with another, delete one that is used. */
export async function files({ page, api }) {
  const agent = await demoAgent(api, { name: unique("Reader") });
  const name = `${unique("notes", "-")}.txt`;
  await page.goto("/files");
  await page.getByRole("button", { name: "Upload files" }).first().waitFor();
  const chooser = page.locator('input[type="file"]').first();
  await chooser.setInputFiles([
    { name, mimeType: "text/plain", buffer: Buffer.from(`The word is ${name}.`) },
    { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  await page.getByText("The file is empty.").waitFor();
  await page
    .getByRole("button", { name, exact: true })
    .or(page.getByTitle(`Download ${name}`))
    .first()
    .waitFor();
  assert.deepEqual(await axe(page), []);
  await shot(page, "files");

  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Attach to …" }).click();
  const { files: found } = await api("GET", `/files?search=${name}`);
  await api("POST", `/agents/${agent.id}/files`, { file_id: found[0].id });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete …" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete it all the same" }).waitFor();
  await shot(page, "file-used");
  await page.keyboard.press("Escape");

  await page.goto(`/chats?fresh=true&agent=${agent.id}`);
  const field = page.getByRole("textbox", { name: "Question" });
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([{ name: "sums.txt", mimeType: "text/plain", buffer: Buffer.from(`${name}: 6*7`) }]);
  await page.getByRole("list", { name: "Attached files" }).getByText("sums.txt").waitFor();
  await field.fill("What is 6*7?");
  await page.locator("ul[aria-label='Attached files'] progress").waitFor({ state: "detached" });
  await shot(page, "chat-attached");
  await field.press("Enter");
  await page.waitForURL(/[?&]id=[0-9a-f-]{36}/);
  await page.getByTestId("turn").and(page.locator('[data-status="completed"]')).first().waitFor();
  await page.getByText("1 file", { exact: true }).first().waitFor();
  const { executions } = await api("GET", `/executions?agent_id=${agent.id}`);
  assert.equal(executions[0].file_ids.length, 1);
}
