"use client";

import { useId, useMemo } from "react";

import type { PairCount } from "@/lib/api";
import { cn } from "@/lib/cn";
import { oneLine } from "@/lib/format";

import { flowPicture } from "../model/flow-picture";

const SIZE = 300;
const MARGIN = 75;

interface FlowDrawingProps {
  pairs: readonly PairCount[];
  /** The agent whose arcs stand out. */
  chosen: string | null;
  onChoose: (agent: string | null) => void;
}

/** Agents on a circle, an arc for each direction in which something was said. The table beside it says the same in numbers. */
export function FlowDrawing({ pairs, chosen, onChoose }: FlowDrawingProps) {
  const arrow = useId();
  const { agents, arcs, left } = useMemo(() => flowPicture(pairs, SIZE), [pairs]);
  const touches = (names: readonly string[]) => chosen === null || names.includes(chosen);
  const near = new Set(arcs.filter(({ from, to }) => touches([from, to])).flatMap(({ from, to }) => [from, to]));
  return (
    <figure className="flex flex-col gap-2">
      <svg
        viewBox={`${-MARGIN} -20 ${SIZE + 2 * MARGIN} ${SIZE + 40}`}
        role="group"
        aria-label="Who talks to whom"
        className="h-auto max-h-[34rem] w-full"
      >
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX="2"
            refY="4"
            markerWidth="14"
            markerHeight="14"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8Z" className="fill-accent" />
          </marker>
        </defs>
        {arcs.map(({ from, to, messages, width, path }) => (
          <path
            key={`${from}\n${to}`}
            d={path}
            fill="none"
            strokeWidth={width}
            strokeLinecap="round"
            markerEnd={`url(#${arrow})`}
            className={cn("stroke-accent transition-opacity", touches([from, to]) ? "opacity-60" : "opacity-10")}
          >
            <title>{`${from} to ${to}: ${messages}`}</title>
          </path>
        ))}
        {agents.map(({ name, messages, x, y, anchor, labelX, labelY }) => (
          // A shape that is pressed like a button: SVG has none of its own.
          <g
            key={name}
            role="button"
            tabIndex={0}
            aria-pressed={chosen === name}
            aria-label={`${name}, ${messages} messages`}
            onClick={() => onChoose(chosen === name ? null : name)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              onChoose(chosen === name ? null : name);
            }}
            className={cn("cursor-pointer", !near.has(name) && "opacity-40")}
          >
            <circle
              cx={x}
              cy={y}
              r={9}
              className={cn("stroke-accent stroke-2", chosen === name ? "fill-accent" : "fill-surface")}
            />
            <text x={labelX} y={labelY} textAnchor={anchor} className="fill-ink text-xs font-medium">
              {oneLine(name, 22)}
            </text>
          </g>
        ))}
      </svg>
      <figcaption className="text-xs text-ink-3">
        {chosen === null
          ? "The wider an arc, the more was said in its direction. Choose an agent to see its own."
          : `Only what ${chosen} says and hears. Choose it again to see all.`}
        {left > 0 && ` ${left} more who talk less stand in the table alone.`}
      </figcaption>
    </figure>
  );
}
