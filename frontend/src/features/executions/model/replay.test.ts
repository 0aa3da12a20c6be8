import { describe, expect, it } from "vitest";

import { framesUntil, replayFrames, traceAfter } from "./replay";
import { demoLog } from "./testing/events";
import { applyTraceEvents, emptyTrace } from "./trace";

describe("replay", () => {
  const frames = replayFrames(demoLog);

  it("takes coalesced tokens apart, by characters and not by UTF-16 units", () => {
    const pieces = frames.flatMap(({ event, at }) =>
      event.type === "token" ? [[event.content, Number(at.toFixed(3))]] : [],
    );
    expect(pieces).toEqual([
      ["It ", 0.1],
      ["is ", 0.104],
      ["437 ", 0.108],
      ["🦊.", 0.112],
    ]);
  });

  it("never goes back in time", () => {
    expect(frames.every((frame, index) => frame.at >= (frames[index - 1]?.at ?? 0))).toBe(true);
  });

  it("ends with the trace that was seen live", () => {
    const live = applyTraceEvents(emptyTrace, demoLog);
    const replayed = traceAfter(frames, frames.length);
    expect(replayed.steps.map(({ opened: _, ...step }) => step)).toEqual(
      live.steps.map(({ opened: _, ...step }) => step),
    );
    expect(replayed.events).toHaveLength(live.events.length);
    expect(replayed.answer).toBe(live.answer);
  });

  it("goes on from an earlier moment, and back by starting anew", () => {
    const half = framesUntil(frames, 0.105);
    const early = traceAfter(frames, half);
    expect(early.answer).toBe("It is ");
    expect(traceAfter(frames, frames.length, early, half)).toEqual(traceAfter(frames, frames.length));
    expect(traceAfter(frames, 2, early, half).steps).toHaveLength(1);
  });

  it("finds the frames of a moment", () => {
    expect(framesUntil(frames, -1)).toBe(0);
    expect(framesUntil(frames, 0)).toBe(1);
    expect(framesUntil(frames, 99)).toBe(frames.length);
    expect(framesUntil([], 1)).toBe(0);
  });
});
