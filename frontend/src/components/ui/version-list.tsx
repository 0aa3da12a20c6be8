"use client";

import { cn } from "@/lib/cn";
import { dateTime, relativeTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { Badge } from "./badge";

interface VersionListProps {
  versions: readonly { version: number; created_at: string }[];
  current: number;
  shown: number;
  onChoose: (version: number) => void;
}

/** The versions of a thing, newest first, to choose one from. */
export function VersionList({ versions, current, shown, onChoose }: VersionListProps) {
  const now = useNow(30_000);
  return (
    <ol aria-label="Versions" className="flex max-h-60 flex-col gap-px overflow-y-auto md:max-h-none">
      {versions.map(({ version, created_at }) => (
        <li key={version}>
          <button
            type="button"
            aria-pressed={version === shown}
            onClick={() => onChoose(version)}
            className={cn(
              "flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left hover:bg-hover",
              version === shown && "bg-hover font-medium",
            )}
          >
            <span className="nums">Version {version}</span>
            {version === current && <Badge tone="good">current</Badge>}
            <span className="ml-auto text-xs font-normal text-ink-3" title={dateTime(created_at)}>
              {relativeTime(created_at, now)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** The place of the version that is shown: the chosen one, or the current one as long as none is. */
export function shownPlace(versions: readonly { version: number }[], chosen: number | null, current: number): number {
  return Math.max(
    0,
    versions.findIndex(({ version }) => version === (chosen ?? current)),
  );
}
