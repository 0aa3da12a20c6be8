// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import type { ReactNode } from "react";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { client } from "@/lib/api/client.gen";

import { demoLog } from "../model/testing/events";
import { useAgentStream } from "./use-agent-stream";

const base = "http://dynagent.test";
const asked: string[] = [];
const connections: (string | null)[] = [];
const encoder = new TextEncoder();

const server = setupServer(
  http.post(`${base}/api/executions`, async ({ request }) => {
    asked.push(((await request.json()) as { query: string }).query);
    return HttpResponse.json({ id: "e1" }, { status: 202 });
  }),
  http.get("*/api/v1/executions/e1/stream", ({ request }) => {
    connections.push(request.headers.get("last-event-id"));
    const events = connections.length === 1 ? demoLog.slice(0, 5) : demoLog.slice(5);
    const body = new ReadableStream({
      start(controller) {
        for (const event of events)
          controller.enqueue(encoder.encode(`id: e1:${event.seq}\ndata: ${JSON.stringify(event)}\n\n`));
        controller.close();
      },
    });
    return new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
  }),
);

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
  client.setConfig({ baseUrl: base });
});
afterEach(cleanup);
afterAll(() => server.close());

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
);

describe("useAgentStream", () => {
  it("asks once and follows the run over a dropped connection", async () => {
    // jsdom's page has the address localhost: the stream's relative address is resolved against it.
    const { result } = renderHook(() => useAgentStream("a1"), { wrapper });
    expect(result.current).toMatchObject({ isStreaming: false, events: [], executionId: null });
    await act(async () => void (await result.current.startStreaming("23*19?")));
    expect(result.current.isStreaming).toBe(true);
    await waitFor(() => expect(result.current.isStreaming).toBe(false), { timeout: 4000 });
    expect(result.current.events.map((event) => event.seq)).toEqual(demoLog.map((event) => event.seq));
    expect(result.current.execution.trace.answer).toBe("It is 437 🦊.");
    expect(asked).toEqual(["23*19?"]);
    expect(connections).toEqual([null, "e1:5"]);
  });

  it("shows the question before the server has answered it, and nothing of a refused one", async () => {
    let answer: (response: HttpResponse<object>) => void = () => undefined;
    server.use(
      http.post(`${base}/api/executions`, () => new Promise<HttpResponse<object>>((resolve) => (answer = resolve)), {
        once: true,
      }),
    );
    const { result } = renderHook(() => useAgentStream("a1"), { wrapper });
    expect(result.current.run).toBeNull();
    let refused: Promise<unknown> = Promise.resolve();
    act(() => void (refused = result.current.startStreaming("And 2+2?").catch((error: unknown) => error)));
    await waitFor(() =>
      expect(result.current.execution.trace).toMatchObject({
        query: "And 2+2?",
        status: "pending",
        lastSeq: 0,
        executionId: "",
      }),
    );
    expect(result.current).toMatchObject({ run: 1, isStreaming: true, executionId: null });
    answer(HttpResponse.json({ title: "no", status: 409, detail: "the agent is disabled" }, { status: 409 }));
    await act(async () => void (await refused));
    await waitFor(() =>
      expect(result.current).toMatchObject({
        run: null,
        isStreaming: false,
        refusal: { detail: "the agent is disabled" },
      }),
    );
  });

  it("wants an agent first", async () => {
    const { result } = renderHook(() => useAgentStream(null), { wrapper });
    await act(async () => void (await result.current.startStreaming("?").catch(() => undefined)));
    await waitFor(() => expect(result.current.refusal?.message).toBe("Choose an agent first"));
  });
});
