"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";

import { cn } from "@/lib/cn";

import { fieldStyles } from "./input";
import type { SelectProps } from "./select";

/** The real control; loaded after the first paint. */
export function SelectPopup({ id, label, value, options, onChange, className, disabled }: SelectProps) {
  return (
    <Base.Root
      items={options}
      value={value}
      disabled={disabled ?? false}
      onValueChange={(next) => next !== null && onChange(String(next))}
    >
      <Base.Trigger
        id={id}
        aria-label={label}
        className={cn(fieldStyles, "inline-flex h-8 w-auto items-center justify-between gap-2", className)}
      >
        <Base.Value className="truncate" />
        <Base.Icon>
          <ChevronsUpDown className="size-3 text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="max-h-80 min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex h-7 items-center gap-2 rounded-sm pr-3 pl-2 text-sm outline-none select-none data-highlighted:bg-hover"
              >
                <span className="flex size-3.5 items-center">
                  <Base.ItemIndicator>
                    <Check className="size-3.5 text-accent-ink" />
                  </Base.ItemIndicator>
                </span>
                <Base.ItemText>{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
