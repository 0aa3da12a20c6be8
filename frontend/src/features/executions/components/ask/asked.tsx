import { Paperclip } from "lucide-react";

import type { ExecutionSummary } from "@/lib/api";

/** What was asked, and how many files were sent along. */
export function Asked({ execution: { query, file_ids } }: { execution: ExecutionSummary }) {
  return (
    <div className="flex max-w-[85%] flex-col gap-1 self-end rounded-lg rounded-br-sm bg-accent-soft px-3 py-2">
      <p className="break-words whitespace-pre-wrap">{query}</p>
      {file_ids.length > 0 && (
        <p className="flex items-center gap-1 text-xs text-ink-2">
          <Paperclip aria-hidden className="size-3.5" />
          {file_ids.length === 1 ? "1 file" : `${file_ids.length} files`}
        </p>
      )}
    </div>
  );
}
