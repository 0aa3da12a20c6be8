/**
 * Budgets of the user interface, as one line of JSON: `DYNAGENT_URL=… node tests/e2e/bench.mjs [runs]`.
 * The server must ask the scripted model (benchmarks/scripted_model); `make bench BENCH="--only ui"` does all of it.
 */
import { firstLoadKb } from "../../scripts/first-load.mjs";

import { openPage, startBrowser } from "./browser.mjs";
import {
  cpuClock,
  firstPaintMs,
  longTasks,
  paintLags,
  quantile,
  scrollFrames,
  watchLongTasks,
  watchPaints,
} from "./measure.mjs";

const RUNS = Number(process.argv[2] ?? 15);
const LIVE = "[[tools=2]] [[tokens=60]] [[token_delay=0.02]] two rounds of tools, then sixty tokens";
const LONG = "[[tools=90]] [[parallel=55]] ten thousand events";
const base = process.env.DYNAGENT_URL;

const browser = await startBrowser();
if (!base || !browser) {
  console.error(base ? "no Chromium here" : "DYNAGENT_URL names the server to measure");
  process.exit(2);
}
const figures = { ...(await firstLoad()), ...(await paints()), ...(await longTrace()) };
await browser.close();
console.log(JSON.stringify(figures));

async function call(method, path, body) {
  const answer = await fetch(`${base}/api${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function firstLoad() {
  return { "UI: first load of home, JavaScript gzipped (kB)": firstLoadKb("index.html").kb };
}

async function paints() {
  const agent = await call("POST", "/agents", {
    name: "Painted",
    instructions: "Use the tools you have.",
    tools: ["calculator", "chatbot"],
  });
  const firsts = [];
  const live = [];
  const page = await openPage(browser, base);
  for (let run = 0; run < RUNS; run++) {
    await page.goto(`/playground?agent=${agent.id}`);
    await page.getByRole("textbox", { name: "Question" }).fill(LIVE);
    await watchPaints(page);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.locator('[data-testid="trace"][data-status="completed"]').waitFor();
    const { events } = await call("GET", `/executions/${new URL(page.url()).searchParams.get("execution")}/events`);
    firsts.push(await firstPaintMs(page));
    live.push(...(await paintLags(page, events)).live);
  }
  await page.context().close();
  firsts.sort((left, right) => left - right);
  live.sort((left, right) => left - right);
  return {
    "UI: first event painted after its first byte, p50 (ms)": quantile(firsts, 0.5),
    "UI: first event painted after its first byte, p95 (ms)": quantile(firsts, 0.95),
    "UI: live event painted after it was made, p50 (ms)": quantile(live, 0.5),
    "UI: live event painted after it was made, p95 (ms)": quantile(live, 0.95),
  };
}

async function longTrace() {
  const agent = await call("POST", "/agents", {
    name: "Ten thousand",
    instructions: "Compute.",
    tools: ["calculator"],
    max_iter: 100,
  });
  const run = await call("POST", "/executions", { agent_id: agent.id, query: LONG, mode: "sync" });
  const page = await openPage(browser, base);
  await watchLongTasks(page);
  const cpu = await cpuClock(page);
  const began = performance.now();
  await page.goto(`/runs/${run.id}`);
  await page.locator('[data-testid="trace"][data-status="completed"]').waitFor({ timeout: 120_000 });
  const loaded = performance.now() - began;
  const events = Number(await page.getByTestId("trace").getAttribute("data-events"));
  const loading = await longTasks(page);
  const loadingCpu = await cpu();
  const slow = await scrollFrames(page, 120);
  const slowCpu = await cpu();
  const fast = await scrollFrames(page, 900);
  const fastCpu = await cpu();
  const scrolling = await longTasks(page);
  await page.context().close();
  return {
    "UI: events of the long trace": events,
    "UI: long trace shown to its last event after (ms)": loaded,
    "UI: CPU of the page until then (ms)": loadingCpu,
    "UI: long tasks while it comes in": loading.length,
    "UI: longest task while it comes in (ms)": Math.max(0, ...loading),
    "UI: frame while scrolling 120 px a frame, p50 (ms)": quantile(slow, 0.5),
    "UI: frame while scrolling 120 px a frame, p95 (ms)": quantile(slow, 0.95),
    "UI: CPU of the page per such frame (ms)": (slowCpu - loadingCpu) / slow.length,
    "UI: frame while scrolling 900 px a frame, p50 (ms)": quantile(fast, 0.5),
    "UI: frame while scrolling 900 px a frame, p95 (ms)": quantile(fast, 0.95),
    "UI: CPU of the page per frame of 900 px (ms)": (fastCpu - slowCpu) / fast.length,
    "UI: long tasks while scrolling 240 frames": scrolling.length,
  };
}
