"use client";

import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";

import type { PlaceGroup } from "@/lib/feature";
import { usePlaces } from "@/lib/use-places";

import { PlaceLink } from "./place-link";

const groups: readonly { group: PlaceGroup; title: string }[] = [
  { group: "personal", title: "Personal" },
  { group: "workspace", title: "Workspace" },
  { group: "developers", title: "Developers" },
  { group: "system", title: "System" },
];

/** What is set once: a column of the settings' pages beside the chosen one, a row above it on narrow screens. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const places = usePlaces();
  const path = usePathname();
  const row = useRef<HTMLElement>(null);
  // The row of narrow screens is longer than they are wide: the chosen page must be seen in it.
  useEffect(() => {
    row.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path, places.length]);
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col md:flex-row">
      <nav
        ref={row}
        aria-label="Settings"
        className="flex shrink-0 gap-1 overflow-x-auto border-b bg-surface px-2 py-1.5 md:w-48 md:flex-col md:gap-3 md:overflow-y-auto md:border-r md:border-b-0 md:p-2.5"
      >
        {groups.map(({ group, title }) => {
          const shown = places.filter((place) => place.group === group);
          if (shown.length === 0) return null;
          return (
            <section key={group} aria-label={title} className="max-md:contents">
              <h2 className="flex h-6 items-center px-2 text-2xs font-medium tracking-wide text-ink-3 uppercase max-md:hidden">
                {title}
              </h2>
              <ul className="flex gap-1 md:flex-col md:gap-px">
                {shown.map((place) => (
                  <li key={place.href}>
                    <PlaceLink place={place} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </nav>
      <div className="flex min-w-0 flex-1 flex-col md:min-h-0 md:overflow-y-auto">{children}</div>
    </div>
  );
}
