/** A finished run again, at any moment of its time. */
import { closeDraft, type Draft, emptyTrace, openDraft, type Trace } from "./trace";
import type { TraceEvent } from "./trace-event";
import { takeEvent } from "./trace-steps";

/** One thing that happens in a replay; tokens are taken apart into the pieces they were coalesced from. */
export interface ReplayFrame {
  /** Seconds since the first event. */
  at: number;
  event: TraceEvent;
  /** False for all but the last piece of a coalesced token event. */
  whole: boolean;
}

/** The frames of a log, in order, with times that never go back. */
export function replayFrames(events: readonly TraceEvent[]): ReplayFrame[] {
  const start = events[0]?.timestamp ?? 0;
  const firstPiece = new Map<string, number>();
  const frames: ReplayFrame[] = [];
  let latest = 0;
  const push = (at: number, event: TraceEvent, whole: boolean): void => {
    latest = Math.max(latest, at);
    frames.push({ at: latest, event, whole });
  };
  for (const event of events) {
    if (event.type === "token" && event.parts && event.parts.length > 1) {
      const key = `${event.attempt}:${event.message_id}`;
      const base = firstPiece.get(key) ?? event.timestamp - start - (event.parts[0]?.[1] ?? 0) / 1000;
      firstPiece.set(key, base);
      const characters = Array.from(event.content);
      let taken = 0;
      event.parts.forEach(([length, ms], index, parts) => {
        const last = index === parts.length - 1;
        const content = characters.slice(taken, last ? undefined : taken + length).join("");
        push(base + ms / 1000, { ...event, content, offset: event.offset + taken, parts: [] }, last);
        taken += length;
      });
    } else {
      if (event.type === "token" && event.offset === 0)
        firstPiece.set(`${event.attempt}:${event.message_id}`, event.timestamp - start);
      push(event.timestamp - start, event, true);
    }
  }
  return frames;
}

/** How many frames have happened `at` seconds after the start (binary search). */
export function framesUntil(frames: readonly ReplayFrame[], at: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The trace after the first `count` frames. `from` (the trace after `done` frames) saves the work when time goes on. */
export function traceAfter(frames: readonly ReplayFrame[], count: number, from: Trace = emptyTrace, done = 0): Trace {
  if (count < done) return traceAfter(frames, count);
  if (count === done) return from;
  const draft = openDraft(from);
  for (let index = done; index < count; index++) {
    const frame = frames[index];
    if (frame) takeFrame(draft, frame);
  }
  return closeDraft(draft);
}

/** A piece of a token is applied like a token, but only the last piece counts as the event. */
function takeFrame(draft: Draft, { event, whole }: ReplayFrame): void {
  takeEvent(draft, event);
  if (!whole) {
    const gone = draft.events.pop();
    for (const place of draft.own) {
      const step = draft.steps[place];
      if (step && step.events.at(-1) === draft.events.length && gone) step.events.pop();
    }
  }
}
