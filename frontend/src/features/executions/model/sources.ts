/** What a run found in knowledge bases, as its answer cites it. */
import type { TraceEvent } from "./trace-event";

export interface Source {
  number: number;
  citation: string;
  /** Its document, opened at the passage. */
  href: string;
}

export interface Sources {
  seq: number;
  query: string;
  sources: readonly Source[];
}

/** The searches of a run that found something, in their order. */
export function sourcesOf(events: readonly TraceEvent[]): Sources[] {
  return events.flatMap((event) => {
    if (event.type !== "retrieval" || event.sources.length === 0) return [];
    return [{ seq: event.seq ?? 0, query: event.query, sources: event.sources.map(sourceOf) }];
  });
}

function sourceOf(given: Readonly<Record<string, unknown>>): Source {
  const place = new URLSearchParams({ document: textOf(given.document_id), chunk: textOf(given.ordinal) });
  return {
    number: Number(given.number),
    citation: textOf(given.citation),
    href: `/knowledge/${encodeURIComponent(textOf(given.kb_id))}?${place}`,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
