/** Sums over a step and everything in it. */
import type { Step, Trace } from "./trace";
import type { TimeWindow } from "./waterfall";

export interface Inside {
  modelCalls: number;
  toolCalls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
  errors: number;
}

/** What a step and its descendants took together. Children come after their parents in the list, so one pass is enough. */
export function inside(trace: Trace, step: Step): Inside {
  const sum: Inside = { modelCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: null, errors: 0 };
  const members = new Set([step.id]);
  for (let place = trace.places.get(step.id) ?? 0; place < trace.steps.length; place++) {
    const member = trace.steps[place];
    if (!member || (member.id !== step.id && !members.has(member.parentId ?? ""))) continue;
    members.add(member.id);
    if (member.usage) {
      sum.modelCalls += 1;
      sum.inputTokens += member.usage.input_tokens;
      sum.outputTokens += member.usage.output_tokens;
      if (member.usage.cost_usd) sum.costUsd = (sum.costUsd ?? 0) + Number(member.usage.cost_usd);
    }
    if (member.kind === "tool") sum.toolCalls += 1;
    if (member.status === "failed" && member.kind === "tool") sum.errors += 1;
  }
  return sum;
}

/** The time of one step as the window of the waterfall, with a little air on both sides. */
export function stepWindow(step: Step, now: number): TimeWindow {
  const to = step.endedAt ?? now;
  const air = Math.max((to - step.startedAt) * 0.04, 0.001);
  return { from: step.startedAt - air, to: to + air };
}

/** Seconds from the question to the first step: waiting for a place, loading the agent. Null before there is a step. */
export function waitedS(trace: Trace): number | null {
  const first = trace.steps[0];
  return first && trace.startedAt !== null ? Math.max(0, first.startedAt - trace.startedAt) : null;
}
