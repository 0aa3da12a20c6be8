"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { JsonView } from "@/components/ui/json-view";
import type { AuditEntryOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { dateTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { actionWords, detailLine, targetPage } from "../model/entry";

const tones = { done: "plain", refused: "warn", incident: "bad" } as const;

/** Lines of the log; each opens to show all that was written down. */
export function AuditTable({
  entries,
  names,
}: {
  entries: readonly AuditEntryOut[];
  names: ReadonlyMap<string, string>;
}) {
  const now = useNow(30_000);
  return (
    <ul aria-label="Entries">
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} names={names} now={now} />
      ))}
    </ul>
  );
}

function Entry({ entry, names, now }: { entry: AuditEntryOut; names: ReadonlyMap<string, string>; now: number }) {
  const [open, setOpen] = useState(false);
  const { action, outcome, actor_id, target_kind, target_id, address, at, details } = entry;
  const actor = actor_id === null ? "System" : (names.get(actor_id) ?? actor_id);
  const target = names.get(target_id) ?? target_id;
  const page = targetPage(target_kind, target_id);
  const about = [target && target_id !== actor_id ? `${target_kind} ${target}` : "", detailLine(details)]
    .filter(Boolean)
    .join(" · ");
  return (
    <li className="border-b">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full min-w-0 items-center gap-3 px-4 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px] md:px-5"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform", open && "rotate-90")}
        />
        <span className="min-w-0 flex-1 basis-60">
          <span className="flex min-w-0 items-center gap-2">
            <span className="truncate font-medium">{actionWords(action)}</span>
            {outcome !== "done" && <Badge tone={tones[outcome]}>{outcome}</Badge>}
          </span>
          <span className="block truncate text-xs text-ink-3 sm:hidden">{actor}</span>
          {about && <span className="block truncate text-xs text-ink-3">{about}</span>}
        </span>
        <span className={cn("w-36 truncate text-ink-2 max-sm:hidden", actor_id === null && "text-ink-3")}>{actor}</span>
        <span className="nums w-32 truncate font-mono text-xs text-ink-3 max-lg:hidden">{address || "–"}</span>
        <Ago at={at} now={now} className="nums w-20 shrink-0 text-right text-xs text-ink-3" />
      </button>
      {open && (
        <div className="flex flex-col gap-2 px-4 pt-1 pb-3 md:pl-11">
          <p className="flex gap-3 text-xs text-ink-2">
            {dateTime(at)}
            {page && (
              <Link href={page} className="underline">
                Open the {target_kind}
              </Link>
            )}
          </p>
          <JsonView value={entry} label="Entry" />
        </div>
      )}
    </li>
  );
}
