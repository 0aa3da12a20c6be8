"use client";

import { Menu, X } from "lucide-react";
import Link from "next/link";

import { cn } from "@/lib/cn";
import { usePlaces } from "@/lib/use-places";
import { useViewStore } from "@/stores/view";

import { useIsCurrent } from "./place-link";

const item =
  "relative flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs text-ink-2 [&_svg]:size-5 [&_svg]:shrink-0";

/** At the foot of narrow screens: the places one goes to on a phone, and the whole navigation behind the last. */
export function PhoneBar() {
  const { navigationOpen, setNavigationOpen } = useViewStore();
  const isCurrent = useIsCurrent();
  const places = usePlaces()
    .filter(({ phone }) => phone !== undefined)
    .sort((left, right) => (left.phone ?? 0) - (right.phone ?? 0));
  return (
    <nav
      aria-label="Quick"
      className="sticky bottom-0 z-30 flex h-13 shrink-0 border-t bg-sunken pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map(({ href, label, icon: Icon, badge: Badge }) => {
        const current = !navigationOpen && isCurrent(href);
        return (
          <Link
            key={href}
            href={href}
            onClick={() => setNavigationOpen(false)}
            aria-current={current ? "page" : undefined}
            className={cn(item, current && "font-medium text-ink [&_svg]:text-accent-ink")}
          >
            <Icon />
            {label}
            {Badge && (
              <span className="absolute top-0.5 left-1/2 ml-2">
                <Badge />
              </span>
            )}
          </Link>
        );
      })}
      <button
        type="button"
        aria-expanded={navigationOpen}
        aria-label={navigationOpen ? "Close navigation" : "More: open navigation"}
        onClick={() => setNavigationOpen(!navigationOpen)}
        className={cn(item, navigationOpen && "font-medium text-ink [&_svg]:text-accent-ink")}
      >
        {navigationOpen ? <X /> : <Menu />}
        More
      </button>
    </nav>
  );
}
