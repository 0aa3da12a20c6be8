import { CodeBlock } from "@/components/ui/json-view";

/** Where in its own source a tool failed, as far as the server could tell. */
export interface Place {
  line?: number | null;
  source_line?: string | null;
  traceback?: string | null;
}

/** The line, what stands in it, and how the call came there. Nothing without a line. */
export function FailurePlace({ place }: { place: Place }) {
  if (!place.line) return null;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <p className="text-xs text-ink-2">
        Line {place.line}
        {place.source_line && <code className="ml-2 font-mono break-words text-bad-ink">{place.source_line}</code>}
      </p>
      {place.traceback && (
        <details>
          <summary className="cursor-pointer text-xs text-ink-3">Traceback</summary>
          <CodeBlock text={place.traceback} label="Traceback" className="mt-1.5" />
        </details>
      )}
    </div>
  );
}

/** Read the place out of a problem document's further members. */
export function placeOf(extra: Record<string, unknown>): Place {
  return {
    line: typeof extra.line === "number" ? extra.line : null,
    source_line: typeof extra.source_line === "string" ? extra.source_line : null,
    traceback: typeof extra.traceback === "string" ? extra.traceback : null,
  };
}
