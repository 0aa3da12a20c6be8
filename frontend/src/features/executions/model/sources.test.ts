import { describe, expect, it } from "vitest";

import { sourcesOf } from "./sources";
import type { TraceEvent } from "./trace-event";

const found = {
  type: "retrieval",
  seq: 4,
  timestamp: 0,
  query: "warranty",
  duration_ms: 3,
  sources: [{ number: 1, kb_id: "k", document_id: "d", citation: "pump.pdf, page 2", ordinal: 7 }],
} as unknown as TraceEvent;

describe("sourcesOf", () => {
  it("names what was found, with the passage it leads to", () => {
    expect(sourcesOf([found])).toEqual([
      {
        seq: 4,
        query: "warranty",
        sources: [{ number: 1, citation: "pump.pdf, page 2", href: "/knowledge/k?document=d&chunk=7" }],
      },
    ]);
  });

  it("passes over searches that found nothing, and all other events", () => {
    const nothing = { ...found, sources: [] } as TraceEvent;
    const other = { type: "node_start", seq: 1, timestamp: 0, node: "analyze" } as TraceEvent;
    expect(sourcesOf([nothing, other])).toEqual([]);
  });
});
