import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, unique } from "./prepare.mjs";

/** Make a workflow from a template, change it on the canvas and as a list, run it, answer what it asks, see it complete. */
export async function workflows({ page, api }) {
  const agent = await demoAgent(api);
  const name = unique("Chain");
  await page.goto("/workflows/new");
  await page.getByRole("button", { name: /^Chain/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create workflow" }).click();
  await page.getByText("Choose who plays this part").first().waitFor();
  for (const role of ["Research", "Outline", "Draft", "Edit"]) {
    await page.getByRole("combobox", { name: role }).click();
    await page.getByRole("option", { name: agent.name }).click();
  }
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Create workflow" }).click();
  await page.waitForURL(/\/workflows\/[0-9a-f-]{36}/);
  const id = /workflows\/([0-9a-f-]{36})/.exec(page.url())[1];
  await page.locator('.react-flow__node[data-id="research"]').waitFor();
  await page.getByText("can be run").waitFor();
  await shot(page, "workflow-canvas");
  assert.deepEqual(await axe(page), []);

  await changeAsList(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("v2", { exact: true }).waitFor();
  const saved = await api("GET", `/workflows/${id}`);
  assert.ok(saved.nodes.some(({ type }) => type === "human_input"));
  assert.ok(saved.edges.some(({ source, target }) => source === "edit" && target === "human_input"));

  await page.getByRole("main").getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("textbox", { name: /^topic/ }).fill("tides");
  await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
  await page.locator('[data-testid="workflow-run"][data-status="waiting"]').waitFor({ timeout: 60_000 });
  await page.locator('.react-flow__node[data-id="research"] [data-status="completed"]').waitFor();
  const form = page.getByRole("form", { name: "Answer" });
  await form.getByRole("textbox").first().fill("Print it");
  await shot(page, "workflow-run-waiting");
  assert.deepEqual(await axe(page), []);
  await form.getByRole("button", { name: "Send the answer" }).click();
  await page.locator('[data-testid="workflow-run"][data-status="completed"]').waitFor({ timeout: 60_000 });
  await page.locator('.react-flow__node[data-id="human_input"] [data-status="completed"]').waitFor();
  await shot(page, "workflow-run");

  await page.locator('.react-flow__node[data-id="research"]').click();
  await page.getByRole("link", { name: /^Trace of research/ }).click();
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Trace of the run" }).click();
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
  assert.ok((await page.getByRole("treeitem").count()) >= 6, "the run and its five steps are lines of the trace");
  await shot(page, "workflow-trace");
  await page.getByRole("link", { name: "Show on the canvas" }).click();
  await page.locator('[data-testid="workflow-run"][data-status="completed"]').waitFor();
  await restore(page);
}

/** Walk through a run on paper, then a real one as a test that holds at a breakpoint; and import an example and try it. */
export async function tryOut({ page, api }) {
  const agent = await demoAgent(api);
  const workflow = await api("POST", "/workflows", {
    name: unique("Tried"),
    process_type: "graph",
    nodes: [
      { id: "plan", agent_id: agent.id, position: { x: 0, y: 0 } },
      { id: "write", agent_id: agent.id, position: { x: 260, y: 0 } },
    ],
    edges: [{ source: "plan", target: "write" }],
    tasks: [
      { node_id: "plan", description: "Plan {topic}" },
      { node_id: "write", description: "Compute 6*7" },
    ],
  });
  await page.goto(`/workflows/${workflow.id}?tab=test`);
  await page.getByRole("textbox", { name: /^topic/ }).fill("tides");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByText("Plan tides").waitFor();
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await page.locator('.react-flow__node[data-id="plan"] [data-status="completed"]').waitFor();
  await page.locator('.react-flow__node[data-id="write"] [data-status="running"]').waitFor();
  await shot(page, "workflow-try-out");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("checkbox", { name: "plan fails" }).click();
  await page.getByText("made to fail").or(page.getByText("output of plan")).first().waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Failed", { exact: true }).first().waitFor();
  await page.getByRole("checkbox", { name: "plan fails" }).click();
  await page.getByRole("textbox", { name: "Output of write" }).fill("");
  await page.getByRole("button", { name: "Breakpoint before write" }).click();
  await page.getByRole("button", { name: "Run as a test" }).click();
  await page.getByText("Paused before write").waitFor({ timeout: 60_000 });
  await page.locator('.react-flow__node[data-id="plan"] [data-status="completed"]').waitFor();
  await shot(page, "workflow-breakpoint");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator('[data-testid="workflow-run"][data-status="completed"]').waitFor({ timeout: 60_000 });
  await page.getByText("42").first().waitFor();

  await page.goto("/examples");
  await page
    .getByRole("button", { name: /^Import / })
    .nth(4)
    .waitFor();
  await shot(page, "examples-page");
  assert.deepEqual(await axe(page), []);
  const loop = page.getByRole("listitem").filter({ hasText: "reviewer" }).first();
  await loop.getByRole("button", { name: /^Import / }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.locator('[data-testid="workflow-run"][data-status="completed"]').waitFor({ timeout: 60_000 });
  await shot(page, "example-tried");
}

/** A question to a person at the end, by keyboard and list alone. */
async function changeAsList(page) {
  await page.getByRole("button", { name: "List", exact: true }).click();
  await page.getByRole("button", { name: /^Place Human input/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Question" }).fill("Shall it be printed?");
  await page.getByRole("combobox", { name: "Connect edit to" }).click();
  await page.getByRole("option", { name: "human_input" }).click();
  await page.getByText("to mend").waitFor();
  await page.getByRole("button", { name: "Connect edit", exact: true }).click();
  await page.getByText("can be run").waitFor();
  await shot(page, "workflow-list");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Undo (Ctrl+Z)" }).click();
  await page.getByText("to mend").waitFor();
  await page.getByRole("button", { name: "Redo (Ctrl+Shift+Z)" }).click();
  await page.getByText("can be run").waitFor();
}

/** The first version becomes the third. */
async function restore(page) {
  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByRole("button", { name: /^Version 1/ }).click();
  await page.getByRole("button", { name: "Restore this version" }).click();
  await page.getByText("v3", { exact: true }).waitFor();
  assert.deepEqual(await axe(page), []);
}
