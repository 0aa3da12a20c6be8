import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { paintLags, quantile, watchPaints } from "../measure.mjs";
import { demoAgent, finished, slowAgent, status } from "./prepare.mjs";

export async function firstRun({ page, api }) {
  const began = Date.now();
  const { total } = await api("GET", "/agents");
  await page.goto(total === 0 ? "/" : "/?tour=true");
  const create = page.getByRole("button", { name: "Create the agent" });
  const ask = page.getByRole("button", { name: "Ask", exact: true });
  await create.or(ask).first().waitFor();
  if (await create.isVisible()) {
    await shot(page, "home-first-run");
    assert.deepEqual(await axe(page), []);
    await create.click();
  }
  await ask.click();
  await page.getByTestId("trace").waitFor();
  await status(page, "completed").waitFor();
  const lines = await page.getByTestId("trace-lines").locator("li").allTextContents();
  assert.deepEqual(lines, [
    '▶ calculator(expression="23*19")',
    "✔ Result: 437",
    '▶ chatbot(query="Explain 437 in one sentence.")',
    "✔ 437 is the product of 23 and 19.",
  ]);
  await shot(page, "home-first-run-done");
  await page.getByRole("link", { name: "Open the trace" }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
  await page.getByRole("treeitem", { name: /^calculator/ }).click();
  await page.getByText("437", { exact: true }).first().waitFor();
  await shot(page, "execution-tool");
  return `a first trace after ${((Date.now() - began) / 1000).toFixed(1)} s`;
}

export async function dropNetwork({ page, api, proxy }) {
  const agent = await slowAgent(api);
  await page.goto(`/playground?agent=${agent.id}`);
  await page.getByRole("textbox", { name: "Question" }).fill("Use wait_a_while with seconds 6.");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page
    .getByRole("treeitem", { name: /wait_a_while/ })
    .nth(1)
    .waitFor();
  await shot(page, "playground-live");
  page.expected.push(/^net::ERR_/);
  proxy.drop(2500);
  await page.getByTestId("connection-banner").waitFor();
  await shot(page, "playground-reconnecting");
  await status(page, "completed").waitFor({ timeout: 30_000 });
  await page.getByTestId("connection-banner").waitFor({ state: "detached" });
  const id = new URL(page.url()).searchParams.get("execution");
  const { events } = await api("GET", `/executions/${id}/events`);
  assert.equal(
    Number(await page.getByTestId("trace").getAttribute("data-events")),
    events.length,
    "no event is missing or doubled",
  );
  await page.getByRole("button", { name: "Events" }).click();
  const seqs = await page.locator("ol[aria-label='Events of the run'] li").count();
  assert.ok(seqs > 5);
}

export async function cancel({ page, api }) {
  const agent = await slowAgent(api);
  const run = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "Use wait_a_while with seconds 20.",
    mode: "async",
  });
  await page.goto(`/runs/${run.id}`);
  await page.getByRole("treeitem", { name: /^wait_a_while/ }).waitFor();
  await shot(page, "execution-live");
  const began = Date.now();
  await page.getByRole("button", { name: "Cancel" }).click();
  await status(page, "cancelled").waitFor();
  await shot(page, "execution-cancelled");
  return `cancelled on screen after ${Date.now() - began} ms`;
}

export async function reload({ page, api }) {
  const agent = await slowAgent(api);
  const run = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "Use wait_a_while with seconds 4.",
    mode: "async",
  });
  await page.goto(`/runs/${run.id}`);
  await page.getByRole("treeitem", { name: /^wait_a_while/ }).waitFor();
  await page.reload();
  await page.getByRole("treeitem", { name: /^wait_a_while/ }).waitFor();
  await status(page, "completed").waitFor();
  await page.getByText("waited 4 seconds.").first().waitFor();
  const { first, median, most } = await liveLags(page, api, agent);
  await page.goto("/agents");
  await page.goBack();
  await status(page, "completed").waitFor();
  return `painted after being made: first event ${first} ms (with question, answer and connection), live events median ${median} ms, at most ${most} ms`;
}

/** For every event that arrives live: from its making to the frame that shows it. */
async function liveLags(page, api, agent) {
  await page.goto(`/playground?agent=${agent.id}`);
  await page.getByRole("textbox", { name: "Question" }).fill("Use wait_a_while with seconds 2.");
  await watchPaints(page);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await status(page, "completed").waitFor();
  const { events } = await api("GET", `/executions/${new URL(page.url()).searchParams.get("execution")}/events`);
  const { first, live } = await paintLags(page, events);
  return { first: Math.round(first), median: Math.round(quantile(live, 0.5)), most: Math.round(live.at(-1)) };
}

export async function replay({ page, api }) {
  const agent = await demoAgent(api);
  const run = await finished(
    api,
    agent,
    "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence.",
  );
  await page.goto(`/runs/${run.id}`);
  const bar = page.getByRole("group", { name: "Replay" });
  await bar.waitFor();
  await page.waitForTimeout(300);
  const all = await page.getByRole("treeitem").count();
  await bar.getByRole("slider").focus();
  await page.keyboard.press("Home");
  await page.waitForFunction((count) => document.querySelectorAll('[role="treeitem"]').length < count, all);
  await shot(page, "execution-replay");
  await bar.getByRole("button", { name: "Replay" }).click();
  await page.waitForFunction((count) => document.querySelectorAll('[role="treeitem"]').length === count, all);
  await bar.getByRole("button", { name: "To the end" }).click();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy as curl: run and stream" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl -N 'http.*\/api\/stream\//);
}

export async function approval({ page, api }) {
  const agent = await demoAgent(api, { requires_approval: ["calculator"] });
  const run = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "First, compute 23*19 using the calculator.",
    mode: "async",
  });
  await page.goto(`/runs/${run.id}`);
  await status(page, "waiting").waitFor();
  await page.getByRole("button", { name: "Answer" }).click();
  const form = page.getByRole("form", { name: "Answer" });
  await form.getByRole("button", { name: "Change the arguments" }).click();
  await form.getByRole("textbox", { name: "expression" }).fill("20*20");
  await page.waitForTimeout(200);
  await shot(page, "execution-approval");
  assert.deepEqual(await axe(page), []);
  await form.getByRole("button", { name: "Answer" }).click();
  await status(page, "completed").waitFor();
  await page.getByRole("treeitem").first().click();
  await page.getByText("✔ Result: 400").first().waitFor();
}
