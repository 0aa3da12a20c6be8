import { cn } from "@/lib/cn";

import { fieldLabels } from "../model/agent-draft";
import type { FieldDiff } from "../model/configuration-diff";

const looks = { same: "text-ink-2", added: "bg-good-soft text-good-ink", removed: "bg-bad-soft text-bad-ink line-through decoration-bad/50" };
const signs = { same: " ", added: "+", removed: "−" };

/** The fields in which two configurations differ, line by line. */
export function FieldDiffs({ diffs, empty }: { diffs: readonly FieldDiff[]; empty: string }) {
  if (diffs.length === 0) return <p className="text-sm text-ink-3">{empty}</p>;
  return (
    <div className="flex flex-col gap-3">
      {diffs.map(({ field, lines }) => (
        <div key={field}>
          <h3 className="mb-1 text-xs font-medium text-ink-2">{fieldLabels[field]}</h3>
          <ol className="overflow-x-auto rounded-md border bg-sunken py-1 font-mono text-xs">
            {lines.map(({ kind, text }, index) => (
              <li key={index} className={cn("flex gap-2 px-2 break-words whitespace-pre-wrap", looks[kind])}>
                <span aria-label={kind} className="shrink-0 select-none">
                  {signs[kind]}
                </span>
                <span>{text || " "}</span>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </div>
  );
}
