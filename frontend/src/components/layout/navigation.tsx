"use client";

import { ChevronDown, Settings2 } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";

import { cn } from "@/lib/cn";
import type { PlaceGroup } from "@/lib/feature";
import { usePlaces } from "@/lib/use-places";
import { useViewStore } from "@/stores/view";

import { PlaceLink } from "./place-link";

const groups: readonly { group: PlaceGroup; title: string }[] = [
  { group: "build", title: "Build" },
  { group: "knowledge", title: "Knowledge" },
  { group: "run", title: "Run" },
  { group: "improve", title: "Improve" },
];

/** The side bar's links: what one touches weekly, in groups that fold and stay so. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const places = usePlaces();
  return (
    <nav aria-label="Main" className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto">
      <Links places={places.filter(({ group }) => group === "top")} onNavigate={onNavigate} />
      {groups.map(({ group, title }) => {
        const shown = places.filter((place) => place.group === group);
        return shown.length > 0 && <Group key={group} title={title} places={shown} onNavigate={onNavigate} />;
      })}
      <span className="flex-1" />
      <SettingsLink onNavigate={onNavigate} />
    </nav>
  );
}

interface LinksProps {
  places: ReturnType<typeof usePlaces>;
  onNavigate: () => void;
}

function Links({ places, onNavigate }: LinksProps) {
  return (
    <ul className="flex flex-col gap-px">
      {places.map((place) => (
        <li key={place.href}>
          <PlaceLink place={place} onNavigate={onNavigate} />
        </li>
      ))}
    </ul>
  );
}

function Group({ title, ...rest }: LinksProps & { title: string }) {
  const { foldedGroups, setGroupFolded } = useViewStore();
  const folded = foldedGroups.includes(title);
  return (
    <section>
      <button
        type="button"
        aria-expanded={!folded}
        onClick={() => setGroupFolded(title, !folded)}
        className="group flex h-6 w-full items-center gap-1 rounded-md px-2 text-2xs font-medium tracking-wide text-ink-3 uppercase hover:text-ink"
      >
        {title}
        <ChevronDown
          aria-hidden
          className={cn(
            "size-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
            folded && "-rotate-90 opacity-100",
          )}
        />
      </button>
      {!folded && <Links {...rest} />}
    </section>
  );
}

/** The settings have a column of their own; the side bar leads to its first page. */
function SettingsLink({ onNavigate }: { onNavigate: () => void }) {
  const current = usePathname().startsWith("/settings");
  return (
    <Link
      href="/settings/appearance"
      onClick={onNavigate}
      aria-current={current ? "page" : undefined}
      className={cn(
        "flex h-7.5 shrink-0 items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-hover hover:text-ink [&_svg]:size-4",
        current && "bg-hover font-medium text-ink [&_svg]:text-accent-ink",
      )}
    >
      <Settings2 />
      Settings
    </Link>
  );
}
