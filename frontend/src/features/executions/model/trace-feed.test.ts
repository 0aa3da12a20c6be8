import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { demoLog } from "./testing/events";
import type { TraceEvent } from "./trace-event";
import { followTrace } from "./trace-feed";

const encoder = new TextEncoder();
const frames = (events: TraceEvent[]) =>
  encoder.encode(events.map((event) => `id: e1:${event.seq}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join(""));

function server(connection: (lastEventId: string | undefined, nth: number) => TraceEvent[]) {
  const asked: (string | undefined)[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    const id = (init?.headers as Record<string, string>)["Last-Event-ID"];
    const events = connection(id, asked.push(id));
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(frames(events));
          controller.close();
        },
      }),
    );
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}

beforeEach(() => {
  vi.useFakeTimers();
  // The wait before coming back is drawn at random; here it is always its middle.
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const soon = (callback: () => void) => {
  const timer = setTimeout(callback, 16);
  return () => clearTimeout(timer);
};

describe("followTrace", () => {
  it("draws what comes first without waiting for a frame, and ends", async () => {
    const { fetch } = server(() => demoLog);
    const feed = followTrace("e1", { fetch, schedule: soon });
    const phases: string[] = [];
    feed.subscribe(() => phases.push(`${feed.state().stream.phase} ${feed.state().trace.lastSeq}`));
    await vi.advanceTimersByTimeAsync(1000);
    expect(phases).toEqual(["live 0", "live 16", "ended 16"]);
    expect(feed.state().trace.answer).toBe("It is 437 🦊.");
  });

  it("survives a dropped network without a missing or doubled step", async () => {
    const { fetch, asked } = server((_, nth) => (nth === 1 ? demoLog.slice(0, 6) : demoLog.slice(4)));
    const feed = followTrace("e1", { fetch, schedule: soon });
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([undefined, "e1:6"]);
    expect(feed.state().trace.events.map((event) => event.seq)).toEqual(demoLog.map((event) => event.seq));
    expect(feed.state().trace.status).toBe("completed");
  });

  it("asks again from the last whole place when a gap stays open", async () => {
    // The second connection skips two events; those that follow it have nothing more, until the gap is asked for again.
    const { fetch, asked } = server((id, nth) =>
      nth === 1 ? demoLog.slice(0, 3) : nth === 2 ? demoLog.slice(5, 8) : id === "e1:3" ? demoLog.slice(3) : [],
    );
    const feed = followTrace("e1", { fetch, schedule: soon });
    await vi.advanceTimersByTimeAsync(500);
    expect(feed.state().trace).toMatchObject({ lastSeq: 3, early: { size: 3 } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked.slice(0, 3)).toEqual([undefined, "e1:3", "e1:8"]);
    expect(asked.at(-1)).toBe("e1:3");
    expect(feed.state().trace.status).toBe("completed");
    expect(feed.state().trace.events).toHaveLength(16);
  });

  it("is silent once closed", async () => {
    const { fetch } = server(() => demoLog);
    const feed = followTrace("e1", { fetch, schedule: soon });
    const listener = vi.fn();
    feed.subscribe(listener);
    feed.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(listener).not.toHaveBeenCalled();
  });
});
