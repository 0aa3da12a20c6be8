"use client";

import { type ReactNode, useId, useMemo } from "react";

import { cn } from "@/lib/cn";

import { boardOf, NODE } from "../model/board";
import type { Member } from "../model/members";

interface BoardProps<M extends Member> {
  label: string;
  members: readonly M[];
  /** What stands in the box of a member. */
  children: (member: M, wave: number) => ReactNode;
  /** The look of the box. */
  look?: (member: M) => string;
  chosen?: string | null;
  /** A member was chosen; without this the boxes are no buttons. */
  onChoose?: (name: string) => void;
}

/** Members from left to right as their turns come, with a line from each to those that wait for it. */
export function Board<M extends Member>({ label, members, children, look, chosen, onChoose }: BoardProps<M>) {
  const arrow = useId();
  const board = useMemo(() => boardOf(members), [members]);
  return (
    // What is wider than the page scrolls by itself; the keyboard must be able to do that too.
    <div
      role="group"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="overflow-x-auto p-3"
    >
      <div className="relative" style={{ width: board.width, height: board.height }}>
        <svg aria-hidden width={board.width} height={board.height} className="absolute inset-0 overflow-visible">
          <defs>
            <marker id={arrow} viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8Z" className="fill-control-line" />
            </marker>
          </defs>
          {board.lines.map(({ key, from, to, path }) => (
            <path
              key={key}
              d={path}
              fill="none"
              markerEnd={`url(#${arrow})`}
              className={cn("stroke-control-line", (chosen === from || chosen === to) && "stroke-2")}
            />
          ))}
        </svg>
        <ul>
          {board.places.map(({ member, wave, x, y }) => {
            const box = cn(
              "absolute flex flex-col justify-center gap-0.5 rounded-md border bg-surface px-2.5 text-left text-sm",
              look?.(member),
              chosen === member.name && "outline-2 outline-offset-1 outline-accent",
            );
            const place = { left: x, top: y, width: NODE.width, height: NODE.height };
            return (
              <li key={member.name}>
                {onChoose ? (
                  <button
                    type="button"
                    aria-pressed={chosen === member.name}
                    onClick={() => onChoose(member.name)}
                    className={cn(box, "hover:border-control-line")}
                    style={place}
                  >
                    {children(member, wave)}
                  </button>
                ) : (
                  <div className={box} style={place}>
                    {children(member, wave)}
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
