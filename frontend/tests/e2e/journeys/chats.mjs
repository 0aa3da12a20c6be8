import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent } from "./prepare.mjs";

/** Begin a chat, go on with it, look at a turn's trace, come back, remove it. */
export async function chats({ page, api }) {
  const agent = await demoAgent(api, { requires_approval: ["chatbot"] });
  await page.goto(`/chats?fresh=true&agent=${agent.id}`);
  const field = page.getByRole("textbox", { name: "Question" });
  const ended = page.getByTestId("turn").and(page.locator('[data-status="completed"]'));
  await field.fill("What is 6*7?");
  await field.press("Enter");
  await page.waitForURL(/[?&]id=[0-9a-f-]{36}/);
  await ended.first().waitFor();
  await page.getByText("= 42").first().waitFor();
  assert.equal(await field.inputValue(), "");
  await field.fill("Ask the chatbot to explain 42 in one sentence.");
  await field.press("Enter");
  const question = page.getByRole("region", { name: "Question to you" });
  await question.waitFor();
  await shot(page, "chat-question");
  assert.deepEqual(await axe(page), []);
  await question.getByRole("button", { name: "Answer" }).click();
  await ended.nth(1).waitFor();
  await shot(page, "chat");
  await page.reload();
  await ended.nth(1).waitFor();
  await page.getByRole("link", { name: "Trace" }).nth(1).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
  await page.goBack();
  await ended.nth(1).waitFor();

  const id = new URL(page.url()).searchParams.get("id");
  assert.equal((await api("GET", `/chats/${id}`)).total, 2);
  const [file] = await Promise.all([page.waitForEvent("download"), saveAsMarkdown(page)]);
  assert.equal(file.suggestedFilename(), "chat.md");
  await page.getByRole("button", { name: "Actions for this chat" }).click();
  await page.getByRole("menuitem", { name: "Remove …" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("Choose a chat").waitFor();
  const { chats } = await api("GET", `/chats?agent_id=${agent.id}`);
  assert.deepEqual(chats, []);
}

async function saveAsMarkdown(page) {
  await page.getByRole("button", { name: "Actions for this chat" }).click();
  await page.getByRole("menuitem", { name: "Save as Markdown" }).click();
}
