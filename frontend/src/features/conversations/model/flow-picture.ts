/** The picture of who speaks to whom: agents on a circle, an arc for each direction, wider the more was said. Pure. */
import type { PairCount } from "@/lib/api";

/** More than these cannot be told apart on a circle. */
export const MAX_AGENTS = 24;
const WIDEST = 6;
const NODE_RADIUS = 9;

export interface FlowAgent {
  name: string;
  x: number;
  y: number;
  /** Messages said and heard. */
  messages: number;
  /** On which side of its node the name has room. */
  anchor: "start" | "middle" | "end";
  labelX: number;
  labelY: number;
}

export interface FlowArc {
  from: string;
  to: string;
  messages: number;
  width: number;
  /** The `d` of an SVG path from rim to rim. */
  path: string;
}

export interface FlowPicture {
  agents: FlowAgent[];
  arcs: FlowArc[];
  /** How many agents there was no room for. */
  left: number;
}

/** Lay out the pairs in a box of `size` units, those that talk most first, from the top on clockwise. */
export function flowPicture(pairs: readonly PairCount[], size = 400): FlowPicture {
  const counts = new Map<string, number>();
  for (const { from_agent, to_agent, messages } of pairs)
    for (const name of [from_agent, to_agent]) counts.set(name, (counts.get(name) ?? 0) + messages);
  const names = [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const shown = names.slice(0, MAX_AGENTS);
  const middle = size / 2;
  const radius = size * 0.4;
  const agents = shown.map(([name, messages], place): FlowAgent => {
    const angle = -Math.PI / 2 + (2 * Math.PI * place) / shown.length;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const out = radius + NODE_RADIUS + 7;
    return {
      name,
      messages,
      x: round(middle + radius * cos),
      y: round(middle + radius * sin),
      anchor: Math.abs(cos) < 0.3 ? "middle" : cos > 0 ? "start" : "end",
      labelX: round(middle + out * cos),
      labelY: round(middle + out * sin + (Math.abs(cos) < 0.3 ? (sin > 0 ? 8 : -2) : 4)),
    };
  });
  const places = new Map(agents.map((agent) => [agent.name, agent]));
  const most = Math.max(1, ...pairs.map(({ messages }) => messages));
  const arcs = pairs.flatMap(({ from_agent, to_agent, messages }): FlowArc[] => {
    const [from, to] = [places.get(from_agent), places.get(to_agent)];
    if (!from || !to || from === to) return [];
    const width = round(1 + (WIDEST - 1) * Math.sqrt(messages / most));
    return [{ from: from_agent, to: to_agent, messages, width, path: arc(from, to, middle) }];
  });
  return { agents, arcs, left: names.length - shown.length };
}

/** Everybody who has said or heard something, by name. */
export function talkers(pairs: readonly PairCount[]): string[] {
  return [...new Set(pairs.flatMap(({ from_agent, to_agent }) => [from_agent, to_agent]))].sort();
}

/** A curve that bends to the right of its direction, so that both directions of a pair are seen. */
function arc(from: FlowAgent, to: FlowAgent, middle: number): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(length * 0.18, 34);
  // Towards the middle a little: neighbours' arcs then stay off their names.
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const control = {
    x: half.x - (dy / length) * bend + (middle - half.x) * 0.12,
    y: half.y + (dx / length) * bend + (middle - half.y) * 0.12,
  };
  const start = towards(from, control, NODE_RADIUS + 2);
  const end = towards(to, control, NODE_RADIUS + 12);
  return `M${start.x} ${start.y}Q${round(control.x)} ${round(control.y)} ${end.x} ${end.y}`;
}

function towards(from: { x: number; y: number }, to: { x: number; y: number }, by: number) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: round(from.x + ((to.x - from.x) / length) * by), y: round(from.y + ((to.y - from.y) / length) * by) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
