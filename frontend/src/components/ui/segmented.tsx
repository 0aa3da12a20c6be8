"use client";

import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

export interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode; title?: string }[];
  onChange: (value: T) => void;
  className?: string;
}

/** A switch between two or three views. */
export function Segmented<T extends string>({ label, value, options, onChange, className }: SegmentedProps<T>) {
  return (
    <div
      role="group"
      aria-label={label}
      className={cn("inline-flex h-7 items-center rounded-md border bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.title}
          title={option.title}
          onClick={() => onChange(option.value)}
          className="inline-flex h-full items-center gap-1 rounded-sm px-2 text-xs text-ink-2 hover:text-ink aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line),0_1px_2px_rgb(0_0_0/.06)] dark:aria-pressed:bg-hover [&_svg]:size-3.5"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
