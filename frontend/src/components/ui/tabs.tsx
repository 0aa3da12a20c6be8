"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export interface TabOption {
  value: string;
  label: ReactNode;
}

/** Tabs with their panels given as children (TabPanel). */
export function Tabs({
  value,
  onChange,
  tabs,
  children,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  tabs: readonly TabOption[];
  children: ReactNode;
  label: string;
}) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(String(next))}
      className="flex min-h-0 min-w-0 flex-1 flex-col"
    >
      <Base.List aria-label={label} className="flex shrink-0 gap-4 overflow-x-auto border-b px-4">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px h-9 border-b-2 border-transparent text-sm whitespace-nowrap text-ink-2 hover:text-ink data-active:border-accent data-active:font-medium data-active:text-ink"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {children}
    </Base.Root>
  );
}

export const TabPanel = Base.Panel;
