"use client";

import type { KeyboardEvent, PointerEvent } from "react";

import { cn } from "@/lib/cn";

interface SplitterProps {
  label: string;
  /** Share of the second part in per cent of the whole. */
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
  className?: string;
}

const STEP = 2;

/** The line between two parts side by side: drag it, or move it with the arrow keys; a double click puts it back. */
export function Splitter({ label, value, min, max, onChange, className }: SplitterProps) {
  const set = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next)) * 10) / 10);
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const whole = event.currentTarget.parentElement?.getBoundingClientRect();
    if (whole) set(((whole.right - event.clientX) / whole.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowLeft: value + STEP, ArrowRight: value - STEP, Home: max, End: min }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next);
  };
  return (
    // A separator that can be moved takes the focus: that is what the ARIA pattern of a window splitter says.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onDoubleClick={() => set((min + max) / 2)}
      onKeyDown={onKeyDown}
      className={cn(
        "relative z-10 -mx-1 w-2 shrink-0 cursor-col-resize touch-none before:absolute before:inset-y-0 before:left-1/2 before:w-px before:bg-line hover:before:w-0.5 hover:before:bg-accent focus-visible:outline-none focus-visible:before:w-0.5 focus-visible:before:bg-accent",
        className,
      )}
    />
  );
}
