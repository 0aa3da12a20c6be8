"use client";

import { Markdown } from "@/components/ui/markdown";
import { Callout } from "@/components/ui/callout";

import { type Content, nodeName } from "../../model/draft";
import { nodeStates, type RunState } from "../../model/run-states";
import { stepWords } from "../canvas/step-status";
import { Panel } from "../inspector/panel";
import { GoList } from "./go-list";

interface RunPanelProps {
  executionId: string;
  content: Content;
  run: RunState;
  /** The node that is looked at; null is the run. */
  chosen: string | null;
  past: boolean;
  onChoose: (node: string | null) => void;
}

/** Beside the canvas: what waits for a person, the node that is looked at, or the run and all its steps. */
export function RunPanel({ executionId, content, run, chosen, past, onChoose }: RunPanelProps) {
  const states = nodeStates(run);
  const node = content.nodes.find(({ id }) => id === chosen);
  if (node) {
    const goes = states.get(node.id)?.goes ?? [];
    return (
      <Panel
        title={nodeName(node)}
        action={
          <button type="button" onClick={() => onChoose(null)} className="text-xs text-accent-ink hover:underline">
            The whole run
          </button>
        }
      >
        {goes.length === 0 && <p className="text-sm text-ink-3">It has not been done in this run.</p>}
        <GoList executionId={executionId} goes={goes} past={past} />
      </Panel>
    );
  }
  const waiting = run.goes.filter(({ status }) => status === "waiting");
  return (
    <>
      {waiting.length > 0 && (
        <Panel title="Waits for you">
          <GoList executionId={executionId} goes={waiting} past={past} />
        </Panel>
      )}
      {(run.result || run.error) && (
        <Panel title="Result">
          {run.error && <Callout tone="bad">{run.error}</Callout>}
          {run.result && <Markdown text={readable(run.result)} />}
        </Panel>
      )}
      <Panel title="Steps">
        {run.goes.length === 0 && <p className="text-sm text-ink-3">Nothing has begun yet.</p>}
        <ul aria-label="Steps" className="flex flex-col gap-1">
          {content.nodes.map((one) => {
            const state = states.get(one.id);
            return (
              state && (
                <li key={one.id}>
                  <button
                    type="button"
                    onClick={() => onChoose(one.id)}
                    className="flex w-full items-center gap-2 rounded-md px-1.5 py-1 text-left text-sm hover:bg-hover"
                  >
                    <span className="min-w-0 flex-1 truncate">{nodeName(one)}</span>
                    {state.times > 1 && <span className="nums text-xs text-ink-3">{state.times}×</span>}
                    <span className="text-xs text-ink-3">{stepWords(state.status)}</span>
                  </button>
                </li>
              )
            );
          })}
        </ul>
      </Panel>
    </>
  );
}

/** A result is JSON: a text in it is shown as text, anything else as it is. */
function readable(result: string): string {
  try {
    const value = JSON.parse(result) as unknown;
    return typeof value === "string" ? value : `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
  } catch {
    return result;
  }
}
