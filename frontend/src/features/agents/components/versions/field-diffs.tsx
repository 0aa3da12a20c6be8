import { LineDiff } from "@/components/ui/line-diff";

import { fieldLabels } from "../../model/agent-draft";
import type { FieldDiff } from "../../model/configuration-diff";

/** The fields in which two configurations differ, line by line. */
export function FieldDiffs({ diffs, empty }: { diffs: readonly FieldDiff[]; empty: string }) {
  if (diffs.length === 0) return <p className="text-sm text-ink-3">{empty}</p>;
  return (
    <div className="flex flex-col gap-3">
      {diffs.map(({ field, lines }) => (
        <div key={field}>
          <h3 className="mb-1 text-xs font-medium text-ink-2">{fieldLabels[field]}</h3>
          <LineDiff lines={lines} />
        </div>
      ))}
    </div>
  );
}
