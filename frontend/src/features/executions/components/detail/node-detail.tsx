import { cost, count, duration } from "@/lib/format";

import { type Inside, inside } from "../../model/inside";
import type { Step, Trace } from "../../model/trace";
import { stepLine } from "../../model/trace-rows";
import { Facts, Section } from "./detail-parts";
import { StepIcon } from "../trace/step-icon";
import { stepMs } from "../trace/step-row";

const MAX_CHILDREN = 200;

/** When the step began, and what it and everything in it took. */
export function StepFacts({ trace, step }: { trace: Trace; step: Step }) {
  const sum = inside(trace, step);
  return (
    <Facts
      facts={[
        ["Began after", trace.startedAt === null ? null : duration((step.startedAt - trace.startedAt) * 1000)],
        ["Duration", step.endedAt === null ? "running" : duration(stepMs(step, step.endedAt))],
        ["Attempt", step.attempt > 1 ? step.attempt : null],
        ...(step.kind === "node" ? nodeFacts(sum) : []),
      ]}
    />
  );
}

function nodeFacts(sum: Inside): (readonly [string, string | number | null])[] {
  return [
    ["Model calls", sum.modelCalls || null],
    ["Tool calls", sum.toolCalls || null],
    ["Errors", sum.errors || null],
    [
      "Tokens",
      sum.inputTokens + sum.outputTokens > 0 ? `${count(sum.inputTokens)} → ${count(sum.outputTokens)}` : null,
    ],
    ["Cost", cost(sum.costUsd)],
  ];
}

/** The steps inside, each with its line and its time; a click goes there. */
export function Children({ steps, onSelect }: { steps: readonly Step[]; onSelect: (id: string) => void }) {
  if (steps.length === 0) return null;
  return (
    <Section title="Inside">
      <ul className="-mx-1 flex flex-col">
        {steps.slice(0, MAX_CHILDREN).map((child) => (
          <li key={child.id}>
            <button
              type="button"
              onClick={() => onSelect(child.id)}
              className="flex h-7 w-full items-center gap-2 rounded-md px-1 text-left hover:bg-hover"
            >
              <StepIcon step={child} />
              <span className="shrink-0 font-medium">{child.name}</span>
              <span className="min-w-0 flex-1 truncate font-mono text-2xs text-ink-3">{stepLine(child)}</span>
              <span className="nums text-xs text-ink-3">
                {child.endedAt === null ? "running" : duration(stepMs(child, child.endedAt))}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {steps.length > MAX_CHILDREN && (
        <p className="text-xs text-ink-3">{count(steps.length - MAX_CHILDREN)} more in the list of steps</p>
      )}
    </Section>
  );
}
