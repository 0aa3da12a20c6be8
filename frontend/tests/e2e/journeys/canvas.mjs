import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { cpuClock, dragFrames, longTasks, quantile, watchLongTasks } from "../measure.mjs";
import { demoAgent, unique } from "./prepare.mjs";

const NODES = 500;
const COLUMNS = 25;

/** A workflow of so many nodes: rows of steps, each after the one before it, every other tied to the row above. */
export async function bigWorkflow(api, nodes = NODES) {
  const agent = await demoAgent(api);
  const ids = Array.from({ length: nodes }, (_, place) => `n${place}`);
  return api("POST", "/workflows", {
    name: unique("Big"),
    process_type: "graph",
    nodes: ids.map((id, place) => ({
      id,
      agent_id: agent.id,
      position: { x: (place % COLUMNS) * 240, y: Math.floor(place / COLUMNS) * 110 },
    })),
    edges: ids.flatMap((id, place) => [
      ...(place % COLUMNS === 0 ? [] : [{ source: ids[place - 1], target: id }]),
      ...(place >= COLUMNS && place % 2 === 1 ? [{ source: ids[place - COLUMNS], target: id }] : []),
    ]),
  });
}

/** Pan and drag on a canvas of 500 nodes, seen whole and from near. */
export async function bigCanvas({ page, api }) {
  const workflow = await bigWorkflow(api);
  await watchLongTasks(page);
  await page.goto(`/workflows/${workflow.id}`);
  await page.locator(".react-flow__node").first().waitFor({ timeout: 60_000 });
  await page.getByText("can be run").waitFor({ timeout: 60_000 });
  await shot(page, "canvas-500");
  assert.deepEqual(await axe(page), []);
  const notes = [await measured(page, "whole")];
  for (let click = 0; click < 6; click++) await page.getByRole("button", { name: "Zoom in" }).click();
  await page.waitForTimeout(600);
  await shot(page, "canvas-500-near");
  notes.push(await measured(page, "near"));
  return notes.join("; ");
}

async function measured(page, how) {
  const box = await page.locator(".react-flow__pane").boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cpu = await cpuClock(page);
  await longTasks(page);
  const figures = [];
  for (const [what, from] of [
    ["pan", await emptyPlace(page, middle)],
    ["drag", await nodePlace(page, middle)],
  ]) {
    const before = await cpu();
    const frames = await dragFrames(page, from);
    const spent = ((await cpu()) - before) / frames.length;
    figures.push(
      `${how} ${what}: frame p50 ${quantile(frames, 0.5).toFixed(1)} p95 ${quantile(frames, 0.95).toFixed(1)} ms, CPU ${spent.toFixed(1)} ms a frame`,
    );
  }
  const long = await longTasks(page);
  return `${figures.join(", ")}, ${long.length} long tasks (${Math.max(0, ...long)} ms)`;
}

/** A point of the pane with no node under it, near another. */
const emptyPlace = (page, near) =>
  page.evaluate(({ x, y }) => {
    for (let away = 0; away < 300; away += 3)
      if (document.elementFromPoint(x + away, y + away)?.classList.contains("react-flow__pane"))
        return { x: x + away, y: y + away };
    throw new Error("no empty place");
  }, near);

/** The middle of the node next to a point. */
const nodePlace = (page, near) =>
  page.evaluate(({ x, y }) => {
    const boxes = [...document.querySelectorAll(".react-flow__node")].map((node) => node.getBoundingClientRect());
    const middles = boxes.map((box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 }));
    return middles.sort((one, other) => Math.hypot(one.x - x, one.y - y) - Math.hypot(other.x - x, other.y - y))[0];
  }, near);
