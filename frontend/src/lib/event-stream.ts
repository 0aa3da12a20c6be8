/** A server-sent event stream that comes back by itself: `fetch`, backoff, `Last-Event-ID`. No React in here. */
import { createSseDecoder, type SseMessage } from "./sse";

export type StreamState =
  | { phase: "connecting" }
  /** Connected; `since` (epoch ms by the server's clock): what was made before it is history that is caught up with. */
  | { phase: "live"; since: number }
  /** The connection is gone; `retryAt` (epoch ms) is when the next try comes. */
  | { phase: "waiting"; attempt: number; retryAt: number }
  /** The last message arrived, or the stream was closed by us: nothing more will come. */
  | { phase: "ended" }
  /** The server said no (4xx): trying again would not help. */
  | { phase: "refused"; status: number; body: unknown };

export interface EventStreamOptions {
  url: string;
  /** Resume strictly after this event; "" starts from the beginning. */
  lastEventId?: string;
  /** Return true when this was the last message of the stream. */
  onMessage: (message: SseMessage) => boolean;
  onState: (state: StreamState) => void;
  fetch?: typeof fetch;
  random?: () => number;
}

export interface EventStream {
  /** End it; no callback is called afterwards. */
  close(): void;
  /** Do not wait for the backoff, or replace a connection that has gaps: connect now. */
  reconnect(): void;
}

export const FIRST_DELAY_MS = 500;
export const MAX_DELAY_MS = 15_000;
/** Heartbeats come at least every 15 s; a connection that is silent for longer than this is dead. */
export const SILENCE_MS = 40_000;

/** Wait before try number `attempt` (from 1): doubles from `first`, at most 15 s, with up to 30 % taken off by chance. */
export function backoffMs(attempt: number, first = FIRST_DELAY_MS, random: () => number = Math.random): number {
  const full = Math.min(MAX_DELAY_MS, first * 2 ** Math.min(attempt - 1, 16));
  return Math.round(full * (1 - 0.3 * random()));
}

/** Connect and stay connected until the last message, a refusal, or `close()`. */
export function openEventStream(options: EventStreamOptions): EventStream {
  const { fetch: get = globalThis.fetch.bind(globalThis), random = Math.random } = options;
  let lastEventId = options.lastEventId ?? "";
  let attempt = 0;
  let firstDelay = FIRST_DELAY_MS;
  let closed = false;
  let connection: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const finish = (state: StreamState): void => {
    if (closed) return;
    stop();
    options.onState(state);
  };

  const stop = (): void => {
    closed = true;
    clearTimeout(timer);
    connection?.abort();
    if (typeof window !== "undefined") window.removeEventListener("online", reconnect);
  };

  const waitAndRetry = (): void => {
    if (closed) return;
    attempt += 1;
    const delay = backoffMs(attempt, firstDelay, random);
    options.onState({ phase: "waiting", attempt, retryAt: Date.now() + delay });
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), delay);
  };

  const reconnect = (): void => {
    if (closed) return;
    clearTimeout(timer);
    void connect();
  };

  /** Read one connection to its end; true when the stream is over for good. */
  const read = async (body: ReadableStream<Uint8Array>, mine: AbortController): Promise<boolean> => {
    const reader = body.getReader();
    const decoder = createSseDecoder();
    let silence = setTimeout(() => mine.abort(), SILENCE_MS);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (closed || mine !== connection) return false;
        if (done) return false;
        clearTimeout(silence);
        silence = setTimeout(() => mine.abort(), SILENCE_MS);
        for (const message of decoder.push(value)) {
          attempt = 0;
          if (message.id) lastEventId = message.id;
          if (options.onMessage(message)) return true;
          if (closed || mine !== connection) return false;
        }
        firstDelay = decoder.retryMs() ?? firstDelay;
      }
    } finally {
      clearTimeout(silence);
    }
  };

  const connect = async (): Promise<void> => {
    connection?.abort();
    const mine = new AbortController();
    connection = mine;
    options.onState({ phase: "connecting" });
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (lastEventId) headers["Last-Event-ID"] = lastEventId;
      const response = await get(options.url, {
        headers,
        signal: mine.signal,
        cache: "no-store",
        credentials: "same-origin",
      });
      if (closed || mine !== connection) return;
      if (response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408) {
        const body: unknown = await response.json().catch(() => undefined);
        if (mine === connection) finish({ phase: "refused", status: response.status, body });
        return;
      }
      // Everything up to the last event is here already.
      if (response.status === 204) return finish({ phase: "ended" });
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
      options.onState({ phase: "live", since: Date.parse(response.headers.get("Date") ?? "") || Date.now() });
      if (await read(response.body, mine)) return finish({ phase: "ended" });
    } catch {
      // Network down, reset, silence, 5xx: all the same to us, we come back.
    }
    if (mine === connection) waitAndRetry();
  };

  if (typeof window !== "undefined") window.addEventListener("online", reconnect);
  void connect();
  return { close: stop, reconnect };
}
