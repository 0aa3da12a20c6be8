import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, finished, status } from "./prepare.mjs";

/** The inbox: what runs ask stands there, with its number in the navigation, until it is answered. */
export async function approvals({ page, api }) {
  const agent = await demoAgent(api, { requires_approval: ["calculator"] });
  const run = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "First, compute 23*19 using the calculator.",
    mode: "async",
  });
  await page.goto("/inbox");
  const card = page.getByTestId("question").filter({ hasText: agent.name });
  await card.waitFor();
  // Others may ask meanwhile, too: the number is right when it is the server's.
  await page.waitForFunction(async () => {
    const { total } = await (await fetch("/api/interrupts")).json();
    return total > 0 && document.querySelector("nav").innerText.replace(/\s+/g, " ").includes(`${total} waiting`);
  });
  await card.getByRole("button", { name: "Reject" }).click();
  await card.getByRole("textbox", { name: "Reason" }).fill("Use your head");
  await shot(page, "approvals");
  assert.deepEqual(await axe(page), []);
  await card.getByRole("button", { name: "Answer" }).click();
  await card.waitFor({ state: "detached" });
  await page.goto(`/runs/${run.id}`);
  await status(page, "completed").waitFor();
  assert.equal((await api("GET", `/executions/${run.id}/interrupts`)).interrupts[0].answer.decision, "reject");
}

/** Fork a finished run from its tool call with another result: the new run believes it. */
export async function fork({ page, api }) {
  const agent = await demoAgent(api);
  const run = await finished(
    api,
    agent,
    "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence.",
  );
  await page.goto(`/runs/${run.id}`);
  await page.getByRole("treeitem", { name: /^calculator/ }).click();
  await page.getByRole("button", { name: "Fork", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Fork after calculator" });
  await dialog.getByRole("textbox", { name: "Result of the call" }).fill("438");
  await page.waitForTimeout(200);
  await shot(page, "execution-fork");
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: "Fork with the change" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(run.id));
  await status(page, "completed").waitFor();
  await page.getByRole("link", { name: "an earlier run" }).waitFor();
  await page.getByTestId("trace-lines").getByText("✔ Result: 438").waitFor();
  await shot(page, "execution-forked");
  const id = /runs\/([0-9a-f-]{36})/.exec(page.url())[1];
  const forked = await api("GET", `/executions/${id}`);
  assert.deepEqual([forked.origin.kind, forked.origin.execution_id], ["fork", run.id]);
  assert.match(forked.result, /438/);
}
