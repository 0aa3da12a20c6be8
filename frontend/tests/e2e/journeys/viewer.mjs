import assert from "node:assert/strict";

import { axe, openPage, shot } from "../browser.mjs";

/** What changes something is called like this; none of it may be offered to somebody who may only look. */
const CHANGES =
  /^(New |Create|Register|Run(?!s)|Ask$|Save|Delete|Remove|Restore|Cancel|Fork|Pause|Go on|Add |Store key|Answer|Enable|Disable|Clone|Stop|Actions for (?!this chat))/;

/** Somebody who made things and may now only look: sees them all, is offered nothing that the server would refuse, and is told why. */
export async function viewerLooks({ browser, base, admin, maker }) {
  const call = await signedIn(base, maker);
  const agent = await call("POST", "/agents", { name: "Helper", instructions: "Compute.", tools: ["calculator"] });
  await call("POST", "/tools/register", {
    name: "shout",
    description: "Say it loudly",
    code: "async def shout(text: str) -> str:\n    return text.upper()\n",
  });
  const run = await call("POST", "/executions", {
    agent_id: agent.id,
    query: "What is 6*7?",
    mode: "sync",
    conversation_id: "chat",
  });
  const schedule = await call("POST", "/schedules", {
    agent_id: agent.id,
    name: "Morning report",
    query: "What is new?",
    cron: "0 9 * * 1",
    time_zone: "UTC",
  });
  const careful = await call("POST", "/agents", {
    name: "Careful",
    instructions: "Ask first.",
    tools: ["calculator"],
    requires_approval: ["calculator"],
  });
  await call("POST", "/executions", {
    agent_id: careful.id,
    query: "First, compute 23*19 using the calculator.",
    mode: "async",
  });
  const workflow = await call("POST", "/workflows", { name: "Team", nodes: [{ id: "a", agent_id: agent.id }] });
  const ask = await signedIn(base, admin);
  const { users } = await ask("GET", "/users");
  await ask("PUT", `/users/${users.find(({ username }) => username === maker.login).id}/role`, { role: "viewer" });

  const page = await openPage(browser, base);
  page.expected.push(/^401 /);
  await page.goto("/runs/?status=completed");
  const form = page.getByRole("form", { name: "Sign in" });
  await form.getByLabel(/^Name or e-mail/).fill(maker.login);
  await form.getByLabel(/^Password/).fill(maker.password);
  await form.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "What is 6*7?" }).waitFor();
  assert.match(page.url(), /\/runs\/\?status=completed$/, "signing in leads back to the page that was asked for");
  page.expected.length = 0;

  const addresses = [
    "/",
    "/agents",
    "/agents/new",
    `/agents/${agent.id}`,
    `/agents/${agent.id}?tab=versions`,
    "/tools?tool=calculator",
    "/tools?tool=shout&tab=source",
    "/tools/new",
    "/settings/models",
    "/settings/models?tab=keys",
    "/usage",
    `/playground?agent=${agent.id}`,
    `/runs/${run.id}`,
    "/chats",
    `/chats?id=${run.conversation_id}`,
    "/chats?fresh=true",
    "/workflows",
    "/workflows/new",
    `/workflows/${workflow.id}`,
    `/workflows/${workflow.id}?view=list`,
    `/workflows/${workflow.id}?tab=versions`,
    "/schedules",
    `/schedules/${schedule.id}`,
    "/schedules/new",
    "/inbox",
    "/settings/profile",
    "/settings/access-keys",
    "/settings/health",
  ];
  const offers = [];
  for (const address of addresses) {
    await page.goto(address);
    await page.getByRole("heading").first().waitFor();
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    await page.getByText("Viewer", { exact: true }).first().waitFor();
    // One's own account is one's own, whatever the role.
    if (["/settings/profile", "/settings/access-keys"].includes(address)) continue;
    // What may be done is known a moment after the page is there.
    let offered = await offeredOn(page);
    for (let tries = 0; offered.length > 0 && tries < 20; tries++) {
      await page.waitForTimeout(100);
      offered = await offeredOn(page);
    }
    offers.push(...offered.map((name) => `${address}: ${name}`));
  }
  assert.deepEqual(offers, []);
  assert.deepEqual(page.complaints, [], "no page asks for what this role may not have");

  await page.goto(`/agents/${agent.id}`);
  await page.getByText("You can look, not change").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Instructions" }).isEditable(), false);
  await shot(page, "viewer-agent");
  assert.deepEqual(await axe(page), []);
  await page.goto("/agents");
  const create = page.getByRole("button", { name: "New agent" });
  await create.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await page.getByRole("tooltip", { name: /The role Viewer may not change agents/ }).waitFor();
  await shot(page, "viewer-agents");
  await page.keyboard.press("Enter");
  assert.match(page.url(), /\/agents\/?$/);
  await page.context().close();
}

/** What on this page changes something and can be used, by its name. */
async function offeredOn(page) {
  const names = await page.evaluate(() =>
    [...document.querySelectorAll("button, a[href]")]
      .filter(
        (element) =>
          element.checkVisibility() &&
          !element.disabled &&
          element.getAttribute("aria-disabled") !== "true" &&
          !element.closest("nav"),
      )
      .map((element) => element.getAttribute("aria-label") ?? element.innerText.trim()),
  );
  return names.filter((name) => CHANGES.test(name));
}

/** Calls of somebody who has signed in. */
async function signedIn(base, { login, password }) {
  const send = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { access_token } = await send("POST", "/auth/login", { login, password });
  return (method, path, body) => send(method, path, body, { Authorization: `Bearer ${access_token}` });
}
