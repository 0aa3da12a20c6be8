import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, finished, unique } from "./prepare.mjs";

/** Two agents of which one is given what the other said: a message each time it runs. */
async function pairOfAgents(api) {
  const first = await demoAgent(api, { name: unique("Asks") });
  const second = await demoAgent(api, { name: unique("Tells") });
  const workflow = await api("POST", "/workflows", {
    name: unique("Handing on"),
    process_type: "graph",
    nodes: [
      { id: "one", agent_id: first.id },
      { id: "two", agent_id: second.id },
    ],
    edges: [{ source: "one", target: "two" }],
    tasks: [
      { node_id: "one", description: "Compute {sum} using the calculator." },
      { node_id: "two", description: "Explain it in one sentence." },
    ],
  });
  const run = (sum) => api("POST", `/workflows/${workflow.id}/execute`, { inputs: { sum } });
  return { first, second, run };
}

/** See a message come in, read it on its side, search, save, archive, find the pair in the picture, write a rule and take it back. */
export async function dialogues({ page, api }) {
  const { first, second, run } = await pairOfAgents(api);
  await page.goto("/dialogues");
  await page.getByTestId("live").waitFor();
  await run("23*19");
  const line = page.getByRole("button", { name: new RegExp(`${first.name} ↔ ${second.name}`) });
  await line.waitFor({ timeout: 60_000 });
  await line.click();
  const log = page.getByRole("log", { name: "Messages" });
  await log.locator('li[data-side="left"]').filter({ hasText: "437" }).waitFor();
  await run("6*7");
  await log.locator('li[data-side="left"]').filter({ hasText: "42" }).waitFor({ timeout: 60_000 });
  await log.getByRole("button", { name: "Details" }).first().click();
  await log.getByText("calculator").first().waitFor();
  await shot(page, "dialogue-open");
  assert.deepEqual(await axe(page), []);

  await page.getByRole("searchbox", { name: "Search in this dialogue" }).fill("437");
  await log.locator("li[data-side]").nth(1).waitFor({ state: "detached" });
  await page.getByRole("searchbox", { name: "Search in this dialogue" }).fill("");
  const [file] = await Promise.all([page.waitForEvent("download"), choose(page, "Save as CSV")]);
  assert.match(file.suggestedFilename(), /\.csv$/);
  await choose(page, "Archive");
  await page.getByText("archived", { exact: true }).first().waitFor();

  await page.getByRole("tab", { name: "Who talks to whom" }).click();
  await page.getByRole("button", { name: new RegExp(`^${first.name}, `) }).press("Enter");
  await page.getByText(`Only what ${first.name} says and hears`).waitFor();
  await shot(page, "dialogues-flow-chosen");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: `${first.name} → ${second.name}` }).click();
  await line.waitFor();
  await rules(page, api, first.name);
}

async function choose(page, item) {
  await page.getByRole("button", { name: "Actions for this dialogue" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** One agent may tell nobody anything; and everything is as it was before. */
async function rules(page, api, name) {
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.getByRole("button", { name: "Add a rule" }).click();
  const who = page.getByRole("combobox", { name: "Rule 1: who" });
  await who.fill("");
  await page.getByRole("button", { name: "Save rules" }).click();
  await page.getByText("Needed: a name").waitFor();
  await who.fill(name);
  await page.getByRole("combobox", { name: "Try: who" }).fill(name);
  await page.getByRole("combobox", { name: "Try: to whom" }).fill("anybody");
  await page.getByText("No, by rule 1").waitFor();
  await page.getByRole("textbox", { name: "Kept for (days)" }).fill("30");
  await shot(page, "dialogues-rules-edited");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Save rules" }).click();
  await page.getByText("Rules saved").waitFor();
  const stored = await api("GET", "/v1/communication-rules");
  assert.deepEqual(stored.rules, [{ from_agent: name, to_agent: "*", allowed: false }]);
  assert.equal(stored.keep_messages_days, 30);
  await page.getByRole("button", { name: "Remove rule 1" }).click();
  await page.getByRole("textbox", { name: "Kept for (days)" }).fill("90");
  await page.getByRole("button", { name: "Save rules" }).click();
  await page.getByRole("button", { name: "Save rules" }).and(page.locator(":disabled")).waitFor();
  assert.deepEqual((await api("GET", "/v1/communication-rules")).rules, []);
}

/** An agent that hands over, and one that is guarded: both set up in its form, both seen in the run. */
export async function handoffsAndGuardrails({ page, api }) {
  const math = await demoAgent(api, { name: unique("Math") });
  const triage = await demoAgent(api, { name: unique("Triage") });
  await page.goto(`/agents/${triage.id}?tab=handoffs`);
  await page.getByRole("button", { name: "Add a handoff" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add handoff" }).click();
  await dialog.getByText("Choose an agent").last().waitFor();
  await dialog.getByRole("combobox", { name: "Hands over to" }).click();
  await page.getByRole("option", { name: math.name }).click();
  await dialog.getByRole("textbox", { name: /^What the other agent is for/ }).fill("Numbers.");
  await dialog.getByRole("combobox", { name: "Who decides" }).click();
  await page.getByRole("option", { name: "An expression on the answer" }).click();
  await dialog.getByRole("textbox", { name: "Expression" }).fill("last != ''");
  await shot(page, "agent-handoff-dialog");
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: "Add handoff" }).click();
  await page.getByRole("list", { name: "Handoffs" }).getByText("when last != ''").waitFor();
  await shot(page, "agent-handoffs");
  assert.deepEqual(await axe(page), []);
  const run = await finished(api, triage, "What is 6*7?");
  await page.goto(`/runs/${run.id}`);
  await page.getByText("Handed over: answered by").waitFor();
  await page.getByRole("link", { name: math.name }).first().waitFor();
  await shot(page, "run-handed-over");
  assert.deepEqual(await axe(page), []);

  await page.goto(`/agents/${math.id}?tab=guardrails`);
  await page.getByRole("button", { name: "Add a guardrail" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("No 42");
  await select(page, dialog, "Looks at", "Output");
  await select(page, dialog, "Kind", "Forbidden pattern");
  await dialog.getByRole("textbox", { name: "Regular expression" }).fill("42(");
  await select(page, dialog, "When it finds something", "Redact");
  await dialog.getByRole("button", { name: "Add guardrail" }).click();
  await dialog.getByRole("alert").waitFor();
  await shot(page, "agent-guardrail-dialog");
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("textbox", { name: "Regular expression" }).fill("42");
  await dialog.getByRole("button", { name: "Add guardrail" }).click();
  await page.getByRole("switch", { name: "No 42 is on" }).waitFor();
  await shot(page, "agent-guardrails");
  assert.deepEqual(await axe(page), []);
  const guarded = await finished(api, math, "What is 6*7?");
  await page.goto(`/runs/${guarded.id}`);
  await page.getByRole("treeitem", { name: /No 42/ }).first().click();
  await page.getByText("What was found was taken out before it went on.").waitFor();
  await shot(page, "run-guardrail");
  assert.deepEqual(await axe(page), []);
  await agentAsTool(page, api, math, triage);
}

async function select(page, dialog, label, option) {
  await dialog.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

async function agentAsTool(page, api, asked, asking) {
  await page.goto(`/agents/${asking.id}`);
  await page.getByRole("checkbox", { name: `May ask ${asked.name}` }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("v2", { exact: true }).waitFor();
  const { tools } = await api("GET", `/v1/agents/${asking.id}/tools`);
  assert.equal(tools.find(({ type }) => type === "agent")?.config.agent, asked.id);
}
