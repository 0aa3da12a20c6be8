"use client";

import { ChevronsUpDown } from "lucide-react";
import { type ComponentType, useSyncExternalStore } from "react";

import { cn } from "@/lib/cn";

import { fieldStyles } from "./input";
import { useReadOnly } from "./read-only";

export interface SelectOption {
  value: string;
  label: string;
}

export interface SelectProps {
  id?: string;
  label: string;
  value: string;
  options: readonly SelectOption[];
  onChange: (value: string) => void;
  className?: string;
  disabled?: boolean;
}

// Shared by all selects: once the control is here, every one is drawn with it at once, without a flash.
let loaded: ComponentType<SelectProps> | undefined;
const waiting = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  waiting.add(listener);
  if (!loaded) {
    void import("./select-popup").then((module) => {
      loaded = module.SelectPopup;
      for (const notify of waiting) notify();
    });
  }
  return () => waiting.delete(listener);
}

/** A choice of one from a few; `label` is what a screen reader says. Until its control is loaded it shows the choice only. */
export function Select(props: SelectProps) {
  // Not made here, only found here: it is the same component for the life of the page.
  /* eslint-disable react-hooks/static-components */
  const Control = useSyncExternalStore(
    subscribe,
    () => loaded,
    () => undefined,
  );
  const shown = useReadOnly();
  if (Control) return <Control {...props} disabled={props.disabled || shown} />;
  /* eslint-enable react-hooks/static-components */
  const { id, label, value, options, className } = props;
  return (
    <button
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-controls={`${id ?? label}-list`}
      id={id}
      disabled
      aria-label={label}
      className={cn(
        fieldStyles,
        "inline-flex h-8 w-auto items-center justify-between gap-2 disabled:opacity-100",
        className,
      )}
    >
      <span className="truncate">{options.find((option) => option.value === value)?.label ?? value}</span>
      <ChevronsUpDown aria-hidden className="size-3 text-ink-3" />
    </button>
  );
}
