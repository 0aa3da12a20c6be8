import assert from "node:assert/strict";

import { axe, COLOURS, LAYOUT, openPage, shot } from "../browser.mjs";
import { longTasks, quantile, scrollFrames, watchLongTasks } from "../measure.mjs";
import { demoAgent, finished, unique } from "./prepare.mjs";

const MOCK_EVENTS = 10_000;

export async function darkMode({ page }) {
  await page.goto("/settings/appearance");
  await page.getByRole("button", { name: "Dark" }).first().click();
  await page.waitForFunction(() => document.documentElement.classList.contains("dark"));
  await page.reload();
  await page.waitForFunction(() => document.documentElement.classList.contains("dark"));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("light");
  await shot(page, "command-palette-dark");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.documentElement.classList.contains("dark"));
}

/** Every page with something in it: the name of its picture and its address. */
async function addressesOf(api) {
  const agent = await demoAgent(api);
  const run = await finished(
    api,
    agent,
    "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence.",
  );
  const careful = await demoAgent(api, { name: unique("Careful"), requires_approval: ["calculator"] });
  await api("POST", "/executions", {
    agent_id: careful.id,
    query: "First, compute 23*19 using the calculator.",
    mode: "async",
  });
  const chat = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "What is 6*7?",
    mode: "sync",
    conversation_id: `chat-${agent.id}`,
  });
  const schedule = await api("POST", "/schedules", {
    agent_id: agent.id,
    name: "Morning report",
    query: "What is new?",
    cron: "0 9 * * 1-5",
    time_zone: "Europe/Berlin",
  });
  const workflow = await api("POST", "/workflows", {
    name: unique("Team"),
    process_type: "graph",
    nodes: [
      { id: "plan", agent_id: agent.id, position: { x: 0, y: 0 } },
      { id: "again", type: "loop", position: { x: 240, y: 0 } },
      { id: "work", agent_id: agent.id, parent: "again", position: { x: 20, y: 44 } },
    ],
    edges: [{ source: "plan", target: "again", label: "then" }],
  });
  return {
    home: "/",
    agents: "/agents",
    "agent-new": "/agents/new",
    agent: `/agents/${agent.id}`,
    tools: "/tools?tool=calculator",
    "tool-new": "/tools/new",
    models: "/settings/models",
    usage: "/usage",
    profile: "/settings/profile",
    "access-keys": "/settings/access-keys",
    people: "/settings/people",
    playground: `/playground?agent=${agent.id}&execution=${run.id}`,
    runs: "/runs",
    run: `/runs/${run.id}`,
    appearance: "/settings/appearance",
    shortcuts: "/settings/shortcuts",
    health: "/settings/health",
    about: "/settings/about",
    "not-found": "/nowhere",
    schedules: "/schedules",
    schedule: `/schedules/${schedule.id}`,
    "schedule-new": "/schedules/new",
    chats: "/chats",
    chat: `/chats?id=${chat.conversation_id}`,
    "chat-new": "/chats?fresh=true",
    workflows: "/workflows",
    "workflow-new": "/workflows/new",
    workflow: `/workflows/${workflow.id}`,
    "workflow-list": `/workflows/${workflow.id}?view=list`,
    "workflow-runs": `/workflows/${workflow.id}?tab=runs`,
    "workflow-versions": `/workflows/${workflow.id}?tab=versions`,
    inbox: "/inbox",
    "audit-log": "/settings/audit-log",
    "tool-specification": "/tools?tool=web_search&tab=specification",
  };
}

const DESKTOP = { width: 1440, height: 900 };
const READERS = 3;

/** Every page: light, dark, at 1024 and 360 px; no violation that axe knows, no sideways scrolling, a title of its own, nothing on the console. */
export async function pages({ browser, base, api }) {
  const addresses = Object.entries(await addressesOf(api));
  const problems = [];
  const titles = new Map();
  await Promise.all(
    Array.from({ length: READERS }, async () => {
      const page = await openPage(browser, base);
      page.expected.push(/^404 GET \/nowhere/);
      for (let next = addresses.shift(); next; next = addresses.shift()) {
        const [name, address] = next;
        problems.push(...(await lookAt(page, name, address)).map((problem) => `${name}: ${problem}`));
        titles.set(name, await page.title());
      }
      problems.push(...page.complaints);
      await page.context().close();
    }),
  );
  problems.push(...(await motion(browser, base, api)));
  assert.deepEqual(problems, []);
  for (const [name, title] of titles)
    assert.match(title, name === "home" ? /^Dynagent$/ : /.+ · Dynagent$/, `${name} has a title of its own`);
}

async function lookAt(page, name, address) {
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(address);
  await page.getByRole("heading").first().waitFor();
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
  await page.evaluate(() => document.fonts.ready);
  const problems = [];
  const look = async (as, rules) => {
    await shot(page, `${name}-${as}`);
    if (rules !== null) problems.push(...(await axe(page, rules)).map((problem) => `${as}: ${problem}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) problems.push(`${as}: ${wide} px too wide`);
  };
  await look("light", undefined);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.classList.contains("dark"));
  await look("dark", COLOURS);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1024, height: 768 });
  await look("middle", null);
  await page.setViewportSize({ width: 360, height: 760 });
  await look("narrow", LAYOUT);
  return problems;
}

/** Nothing moves for a reader who wants it still. */
async function motion(browser, base, api) {
  const agent = await demoAgent(api);
  const run = await finished(api, agent, "What is 6*7?");
  const page = await openPage(browser, base, { reducedMotion: "reduce" });
  await page.goto(`/runs/${run.id}`);
  await page.getByRole("treeitem").first().waitFor();
  const moving = await endlessMotion(page);
  await page.context().close();
  return moving > 0 ? ["the execution moves although the reader wants it still"] : [];
}

const endlessMotion = (page) =>
  page.evaluate(
    () =>
      document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations === Infinity)
        .length,
  );

/** Addresses that were, and where they lead. */
const MOVED = [
  ["/executions?status=failed", "/runs?status=failed"],
  ["/executions/01a00000/", "/runs/01a00000"],
  ["/conversations?fresh=true", "/chats?fresh=true"],
  ["/approvals", "/inbox"],
  ["/models?tab=keys", "/settings/models?tab=keys"],
  ["/account?tab=people", "/settings/people"],
  ["/audit-log", "/settings/audit-log"],
  ["/settings", "/settings/appearance"],
];

/** Every address, with and without its closing slash, comes from the server itself, with a policy that lets no inline script run. */
export async function deepLinks({ base, api }) {
  const addresses = Object.entries(await addressesOf(api)).flatMap(([name, address]) => {
    const [path, query = ""] = address.split("?");
    return path === "/"
      ? [[name, "/"]]
      : [
          [name, `${path}?${query}`],
          [name, `${path}/?${query}`],
        ];
  });
  let script;
  for (const [name, address] of addresses) {
    const answer = await fetch(base + address, { redirect: "manual" });
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.equal(answer.status, name === "not-found" ? 404 : 200, address);
    assert.match(answer.headers.get("content-type"), /^text\/html/, address);
    assert.equal(answer.headers.get("cache-control"), "no-cache", address);
    assert.match(policy, /script-src 'self' 'sha256-/, address);
    assert.doesNotMatch(/script-src[^;]*/.exec(policy)[0], /unsafe/, address);
    script = /\/_next\/static\/[^"]+\.js/.exec(await answer.text())[0];
  }
  for (const [old, present] of MOVED) {
    const answer = await fetch(base + old, { redirect: "manual" });
    assert.deepEqual([answer.status, answer.headers.get("location")], [307, present], old);
    assert.equal((await fetch(base + old)).status, 200, present);
  }
  const hashed = await fetch(base + script);
  assert.match(hashed.headers.get("cache-control"), /immutable/);
  assert.equal((await fetch(`${base}/_next/static/gone.js`)).headers.get("cache-control"), "no-cache");
  return `${addresses.length} addresses`;
}
/** A trace of 10,000 events from the stand-in server: it must come in and scroll without long tasks. */
export async function longTrace({ browser }) {
  const { server } = await import("../../mock/server.mjs");
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await readLongTrace(browser, `http://127.0.0.1:${server.address().port}`);
  } finally {
    await new Promise((done) => (server.closeAllConnections(), server.close(done)));
  }
}

async function readLongTrace(browser, base) {
  const call = async (path, body) =>
    (await fetch(`${base}/api${path}`, { method: "POST", body: JSON.stringify(body) })).json();
  const agent = await call("/agents", { name: "Long" });
  const run = await call("/executions", { agent_id: agent.id, query: `${MOCK_EVENTS} events` });
  const page = await openPage(browser, base);
  await watchLongTasks(page);
  await page.goto(`/runs/${run.id}`);
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor({ timeout: 60_000 });
  assert.ok(Number(await page.getByTestId("trace").getAttribute("data-events")) >= MOCK_EVENTS);
  const loading = await longTasks(page);
  await shot(page, "execution-10000-events");
  const frames = await scrollFrames(page, 900);
  const scrolling = await longTasks(page);
  const whole = page.url();
  await page.getByRole("tree").press("End");
  // The address follows the selection a moment later; reloaded before that, it would be a link to the whole run.
  await page.waitForURL((url) => url.href !== whole);
  const last = await page.getByRole("treeitem", { selected: true }).getAttribute("id");
  await page.reload();
  await page.locator(`[id="${last}"]`).waitFor({ timeout: 60_000 });
  assert.ok(
    await page.locator(`[id="${last}"]`).evaluate((row) => row.getBoundingClientRect().bottom <= window.innerHeight),
    "a link to a step far down shows it",
  );
  const rows = await page.getByRole("treeitem").count();
  assert.ok(rows < 120, `${rows} rows in the document`);
  await page.context().close();
  const told = (tasks) => `${tasks.length} long tasks, at most ${Math.max(0, ...tasks)} ms`;
  return `loading: ${told(loading)}; scrolling: median frame ${quantile(frames, 0.5).toFixed(1)} ms, p95 ${quantile(frames, 0.95).toFixed(1)} ms, ${told(scrolling)}`;
}
