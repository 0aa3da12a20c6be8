import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, unique } from "./prepare.mjs";

export async function agentJourney({ page, api }) {
  const name = unique("Analyst");
  await page.goto("/agents/new");
  await page.getByRole("button", { name: "Create agent" }).click();
  await page.getByText("Needed").waitFor();
  await page.getByRole("textbox", { name: "Name" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Instructions" }).fill("Use the calculator.");
  await page.getByRole("checkbox", { name: "calculator" }).click();
  await shot(page, "agent-new");
  await page.getByRole("button", { name: "Create agent" }).click();
  await page.waitForURL(/\/agents\/[0-9a-f-]{36}/);
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  const id = /agents\/([0-9a-f-]{36})/.exec(page.url())[1];

  await page.getByRole("textbox", { name: "Description" }).fill("Works things out");
  await page.getByRole("link", { name: "Tools", exact: true }).click();
  await page.getByRole("dialog").getByText("Leave without saving?").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  // A command is no link, and asks all the same.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("audit log");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("Leave without saving?").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("v2", { exact: true }).waitFor();

  await page.getByRole("textbox", { name: "Question" }).fill("What is 6*7?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByText("✔ Result: 42").first().waitFor();
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
  await page.waitForTimeout(300);
  await shot(page, "agent-try-out");

  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByRole("button", { name: /^Version 1/ }).click();
  await page.getByText("What restoring it would change").waitFor();
  await shot(page, "agent-versions");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Restore this version" }).click();
  await page.getByText("v3", { exact: true }).waitFor();

  await page.reload();
  await page.getByText("v3", { exact: true }).waitFor();
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Clone" }).click();
  await page.getByRole("heading", { name: `${name} (copy)`, level: 1 }).waitFor();
  await page.getByRole("button", { name: /Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.waitForURL(/\/agents\/?$/);
  await page.getByRole("searchbox", { name: "Search agents" }).fill(name);
  await page.getByRole("link", { name, exact: true }).waitFor();
  assert.equal((await api("GET", `/agents/${id}`)).version, 3);
}

export async function builderProblems({ page, api }) {
  const agent = await demoAgent(api);
  await page.goto(`/agents/${agent.id}`);
  const field = page
    .getByRole("combobox", { name: "Model" })
    .or(page.getByRole("textbox", { name: "Model" }))
    .first();
  await field.fill("no-such-model");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("alert").filter({ hasText: "no-such-model" }).waitFor();
  await shot(page, "agent-field-problem");
  await field.fill("");

  await api("PUT", `/agents/${agent.id}`, { description: "changed by another tab" });
  await page.getByRole("textbox", { name: "Goal" }).fill("Be right");
  await page.getByRole("button", { name: "Save changes" }).click();
  const dialog = page.getByRole("dialog", { name: "This agent was changed meanwhile" });
  await dialog.getByText("changed by another tab").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "agent-conflict");
  await dialog.getByRole("button", { name: "Save mine over it" }).click();
  await page.getByText("v3", { exact: true }).waitFor();
  const saved = await api("GET", `/agents/${agent.id}`);
  assert.equal(saved.goal, "Be right");
}
