import assert from "node:assert/strict";

import { axe, openPage, shot } from "../browser.mjs";
import { startProxy } from "../proxy.mjs";
import { startServer } from "../server.mjs";
import { lookAt } from "./pages.mjs";

/** On a server of its own, since all agents that there are take part: make a team, watch it, pause, resume, stop; see every iteration. */
export async function teams({ browser, apiOf }) {
  const server = await startServer({ own: true });
  const proxy = await startProxy(server.url);
  const page = await openPage(browser, proxy.url);
  const api = apiOf(server.url);
  try {
    const waiter = await api("POST", "/tools/register", waits);
    await api("POST", "/agents", { name: "Mission", role: "Sets the goals", tools: [waiter.name ?? waits.name] });
    await api("POST", "/agents", {
      name: "Wings",
      role: "Designs wings",
      tools: ["calculator"],
      dependencies: ["Mission"],
    });
    await api("POST", "/agents", {
      name: "Frame",
      role: "Builds frames",
      tools: ["calculator"],
      dependencies: ["Mission"],
    });
    await api("POST", "/agents", { name: "Review", role: "Looks at all", dependencies: ["Wings", "Frame"] });
    await page.goto("/teams");
    await page.getByText("No team has been at work yet").waitFor();
    await page.getByRole("main").getByRole("link", { name: "Start a team" }).first().click();
    await page.getByRole("group", { name: "Order of the turns" }).getByText("Review").waitFor();
    await page.getByRole("button", { name: "Start the team" }).click();
    await page.getByText("Needed").waitFor();
    await page.getByRole("textbox", { name: "Requirements" }).fill("Use wait_a_while with seconds 6.");
    await page.getByRole("textbox", { name: "Iterations at most" }).fill("4");
    await page.getByRole("textbox", { name: "Stable after" }).fill("4");
    await shot(page, "team-start");
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Start the team" }).click();
    await page.waitForURL(/\/teams\/wf_/);
    const id = /wf_[0-9a-f]+/.exec(page.url())[0];
    await watch(page, api);
    await page.locator('[data-testid="team"][data-status="stopped"]').waitFor({ timeout: 30_000 });
    assert.equal((await api("GET", `/v1/workflow/${id}/status`)).status, "stopped");
    const problems = [];
    for (const [name, address] of [
      ["teams", "/teams"],
      ["team-new", `/teams/new?again=${id}`],
      ["team", `/teams/${id}?iteration=1&agent=Wings`],
      ["team-dialogues", "/dialogues?tab=flow"],
    ])
      problems.push(...(await lookAt(page, name, address)).map((problem) => `${name}: ${problem}`));
    assert.deepEqual([...problems, ...page.complaints], []);
  } catch (error) {
    await shot(page, "failed-teams-page").catch(() => undefined);
    throw error;
  } finally {
    await page.context().close();
    await proxy.stop();
    await server.stop();
  }
}

/** From the first turn to the end that a person makes. */
async function watch(page, api) {
  const board = page.getByRole("group", { name: "Turns of iteration 1" });
  await board.getByRole("button", { name: /at work.*Mission/ }).waitFor({ timeout: 30_000 });
  await shot(page, "team-running");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-testid="team"][data-status="paused"]').waitFor();
  await shot(page, "team-paused");
  await api("POST", "/agents", { name: "Late", role: "Comes later" });
  await page.getByRole("list", { name: "Changes" }).getByText("Late").waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("group", { name: "Turns of iteration 2" }).getByText("Late").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Wings in iteration 1: done, changed" }).click();
  await page.getByRole("complementary", { name: "Turn" }).getByRole("link", { name: "Trace of this turn" }).waitFor();
  await shot(page, "team-turn");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop the team" }).click();
}

const waits = {
  name: "wait_a_while",
  description: "Wait a number of seconds, then say so",
  code: 'import asyncio\n\nasync def wait_a_while(seconds: int = 2) -> str:\n    """Wait.\n\n    seconds: How long.\n    """\n    await asyncio.sleep(seconds)\n    return f"waited {seconds} seconds"\n',
  timeout_s: 30,
};
