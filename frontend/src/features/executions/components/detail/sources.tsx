import Link from "next/link";

import type { TraceEvent } from "../../model/trace-event";
import { sourcesOf } from "../../model/sources";

/** What the answer cites: documents of knowledge bases, each opened at its passage. */
export function SourceList({ events }: { events: readonly TraceEvent[] }) {
  const searches = sourcesOf(events);
  if (searches.length === 0) return null;
  return (
    <div aria-label="Sources" role="group" className="flex flex-col gap-1 text-xs">
      {searches.map(({ seq, query, sources }) => (
        <p key={seq} className="flex flex-wrap gap-x-3 gap-y-0.5 text-ink-3" title={`Found for “${query}”`}>
          {sources.map(({ number, citation, href }) => (
            <Link key={number} href={href} className="text-accent-ink underline underline-offset-2">
              [{number}] {citation}
            </Link>
          ))}
        </p>
      ))}
    </div>
  );
}
