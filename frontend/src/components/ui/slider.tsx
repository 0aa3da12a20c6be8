"use client";

import { Slider as Base } from "@base-ui/react/slider";

import { cn } from "@/lib/cn";

import { useReadOnly } from "./read-only";

export interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onChange: (value: number) => void;
  className?: string;
  text?: (value: number) => string;
}

/** A value between two bounds; arrow keys move it by `step`. */
export function Slider({ label, value, min, max, step = 1, onChange, className, text }: SliderProps) {
  const shown = useReadOnly();
  return (
    <Base.Root
      disabled={shown}
      value={value}
      min={min}
      max={max}
      step={step}
      onValueChange={(next) => onChange(Number(next))}
      className={cn("w-full", className)}
    >
      <Base.Control className="flex h-6 items-center">
        <Base.Track className="h-1 w-full rounded-full bg-line-strong">
          <Base.Indicator className="rounded-full bg-accent" />
          <Base.Thumb
            aria-label={label}
            {...(text ? { getAriaValueText: (_: string, current: number) => text(current) } : {})}
            className="size-3.5 rounded-full border-2 border-accent bg-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
