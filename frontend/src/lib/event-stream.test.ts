import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backoffMs, openEventStream, SILENCE_MS, type StreamState } from "./event-stream";
import type { SseMessage } from "./sse";

const encoder = new TextEncoder();

/** A server of scripted connections: each is a function that gets the request's headers and gives a response. */
function scripted(...connections: ((headers: Record<string, string>) => Response | Promise<Response>)[]) {
  const seen: Record<string, string>[] = [];
  const fetch = vi.fn(async (_url: unknown, init?: RequestInit) => {
    const headers = init?.headers as Record<string, string>;
    seen.push(headers);
    const connection = connections[Math.min(seen.length, connections.length) - 1];
    if (!connection) throw new Error("no more connections");
    return connection(headers);
  });
  return { fetch: fetch as unknown as typeof globalThis.fetch, seen };
}

/** A body that sends the frames and then ends, breaks, or stays open. */
function body(frames: string[], end: "close" | "break" | "hang" = "close"): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const frame of frames) controller.enqueue(encoder.encode(frame));
        if (end === "close") controller.close();
        if (end === "break") setTimeout(() => controller.error(new TypeError("network")), 0);
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );
}

const frame = (seq: number, data = "x") => `id: run:${seq}\ndata: ${data}\n\n`;

function open(fetch: typeof globalThis.fetch, lastEventId = "") {
  const messages: SseMessage[] = [];
  const states: StreamState[] = [];
  const stream = openEventStream({
    url: "/stream",
    lastEventId,
    fetch,
    random: () => 0,
    onMessage: (message) => messages.push(message) > 0 && message.data === "last",
    onState: (state) => states.push(state),
  });
  return { messages, states, stream };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("openEventStream", () => {
  it("says by the server's clock from when on events are news", async () => {
    const answer = body([frame(1)], "hang");
    answer.headers.set("Date", "Sat, 28 Nov 2026 12:00:00 GMT");
    const { states, stream } = open(scripted(() => answer).fetch);
    await vi.advanceTimersByTimeAsync(10);
    expect(states.at(-1)).toEqual({ phase: "live", since: Date.UTC(2026, 10, 28, 12) });
    stream.close();
  });

  it("ends after the last message and does not come back", async () => {
    const { fetch, seen } = scripted(() => body([frame(1), frame(2, "last")]));
    const { messages, states } = open(fetch);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messages.map((message) => message.id)).toEqual(["run:1", "run:2"]);
    expect(states.map((state) => state.phase)).toEqual(["connecting", "live", "ended"]);
    expect(seen).toHaveLength(1);
  });

  it("resumes after a broken connection with Last-Event-ID", async () => {
    const { fetch, seen } = scripted(
      () => body([frame(1), frame(2)], "break"),
      () => body([frame(3, "last")]),
    );
    const { messages, states } = open(fetch);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seen.map((headers) => headers["Last-Event-ID"])).toEqual([undefined, "run:2"]);
    expect(messages).toHaveLength(3);
    expect(states.map((state) => state.phase)).toEqual([
      "connecting",
      "live",
      "waiting",
      "connecting",
      "live",
      "ended",
    ]);
  });

  it("backs off exponentially while the server is away and starts anew once a message came", async () => {
    const down = () => Promise.reject(new TypeError("down"));
    const { fetch } = scripted(
      down,
      () => new Response("", { status: 503 }),
      down,
      () => body([frame(1)]),
      down,
    );
    const { states } = open(fetch);
    await vi.advanceTimersByTimeAsync(500 + 1000 + 2000 + 499);
    const attempts = states.filter((state) => state.phase === "waiting").map((state) => state.attempt);
    expect(attempts).toEqual([1, 2, 3, 1]);
  });

  it("gives up when the server refuses, and says why", async () => {
    const { fetch, seen } = scripted(() => Response.json({ title: "no such execution" }, { status: 404 }));
    const { states } = open(fetch);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toEqual({ phase: "refused", status: 404, body: { title: "no such execution" } });
    expect(seen).toHaveLength(1);
  });

  it("replaces a connection that went silent", async () => {
    const { fetch, seen } = scripted(
      () => body([frame(1)], "hang"),
      () => body([frame(2, "last")]),
    );
    // jsdom's fetch is not used: a hanging body must notice the abort itself.
    const aborting: typeof globalThis.fetch = async (url, init) => {
      const response = await fetch(url, init);
      const reader = response.body?.getReader();
      return new Response(
        new ReadableStream({
          async pull(controller) {
            const aborted = new Promise<never>((_, reject) =>
              init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
            );
            const next = await Promise.race([reader?.read(), aborted]);
            if (!next || next.done) controller.close();
            else controller.enqueue(next.value);
          },
        }),
      );
    };
    const { messages } = open(aborting);
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 1_000);
    expect(seen).toHaveLength(2);
    expect(messages.map((message) => message.id)).toEqual(["run:1", "run:2"]);
  });

  it("starts after a given event, reconnects at once when asked, and is silent once closed", async () => {
    const { fetch, seen } = scripted(() => Promise.reject(new TypeError("down")));
    const { states, stream } = open(fetch, "run:41");
    await vi.advanceTimersByTimeAsync(1);
    stream.reconnect();
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.map((headers) => headers["Last-Event-ID"])).toEqual(["run:41", "run:41"]);
    stream.close();
    const before = states.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states).toHaveLength(before);
  });
});

describe("backoffMs", () => {
  it("doubles up to a bound and takes off up to 30 %", () => {
    expect([1, 2, 3, 20].map((attempt) => backoffMs(attempt, 500, () => 0))).toEqual([500, 1000, 2000, 15_000]);
    expect(backoffMs(1, 1000, () => 1)).toBe(700);
  });
});
