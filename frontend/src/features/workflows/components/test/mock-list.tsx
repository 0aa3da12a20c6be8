"use client";

import { CircleDot } from "lucide-react";

import { Checkbox } from "@/components/ui/checkbox";
import { Textarea } from "@/components/ui/input";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";

import { type Node, nodeName } from "../../model/draft";
import type { MadeUp, Mocks } from "../../model/simulation";
import { KindIcon } from "../canvas/kind-icon";

interface MockListProps {
  nodes: readonly Node[];
  /** The node that is chosen on the canvas stands first. */
  chosen: string | null;
  mocks: Mocks;
  breakpoints: ReadonlySet<string>;
  onMock: (node: string, mock: MadeUp) => void;
  onBreakpoint: (node: string) => void;
}

const nothing: MadeUp = { text: "", fails: false };

/** For each node that does something: what it returns on paper, and whether the run holds before it. */
export function MockList({ nodes, chosen, mocks, breakpoints, onMock, onBreakpoint }: MockListProps) {
  const ordered = [...nodes.filter(({ id }) => id === chosen), ...nodes.filter(({ id }) => id !== chosen)];
  return (
    <ul aria-label="Made-up outputs" className="flex flex-col gap-3">
      {ordered.map((node) => {
        const name = nodeName(node);
        const mock = mocks[node.id] ?? nothing;
        const holds = breakpoints.has(node.id);
        return (
          <li key={node.id} className="flex flex-col gap-1">
            <div className="flex items-center gap-1.5">
              <Tooltip text={holds ? "The run holds before it" : "Hold before it"}>
                <button
                  type="button"
                  aria-pressed={holds}
                  aria-label={`Breakpoint before ${name}`}
                  onClick={() => onBreakpoint(node.id)}
                  className={cn("rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink", holds && "text-bad-ink")}
                >
                  <CircleDot className="size-4" />
                </button>
              </Tooltip>
              <KindIcon kind={node.type} />
              <span className="min-w-0 flex-1 truncate text-sm font-medium">{name}</span>
              <Checkbox
                id={`test-fails-${node.id}`}
                label={`${name} fails`}
                checked={mock.fails}
                onChange={(fails) => onMock(node.id, { ...mock, fails })}
              />
              <label htmlFor={`test-fails-${node.id}`} className="text-xs text-ink-2">
                fails
              </label>
            </div>
            <Textarea
              aria-label={mock.fails ? `Error of ${name}` : `Output of ${name}`}
              value={mock.text}
              spellCheck={false}
              placeholder={mock.fails ? "What it says" : "Text, or JSON"}
              className="min-h-9 font-mono text-xs"
              onChange={(event) => onMock(node.id, { ...mock, text: event.target.value })}
            />
          </li>
        );
      })}
    </ul>
  );
}
