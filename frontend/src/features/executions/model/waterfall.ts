/** Where a bar stands: seconds of the run → per cent of the track. */

export interface TimeWindow {
  /** Epoch seconds. */
  from: number;
  to: number;
}

export interface Bar {
  left: number;
  width: number;
}

const LEAST_WINDOW_S = 0.05;

/** The window of a run from its start to its end, or to `now` while it runs. */
export function timeWindow(startedAt: number | null, endedAt: number | null, now: number): TimeWindow {
  const from = startedAt ?? now;
  return { from, to: Math.max(endedAt ?? now, from + LEAST_WINDOW_S) };
}

/** Left edge and width of a step in per cent; an open end reaches to the window's end. Null for what lies outside. */
export function bar(window: TimeWindow, startedAt: number, endedAt: number | null): Bar | null {
  if (startedAt > window.to || (endedAt ?? window.to) < window.from) return null;
  const span = window.to - window.from;
  const left = clamp(((startedAt - window.from) / span) * 100);
  const right = clamp((((endedAt ?? window.to) - window.from) / span) * 100);
  return { left, width: Math.max(0, right - left) };
}

/** Round marks (in ms from the start of the run) for an axis: 1, 2 or 5 times a power of ten, at most `most` of them. */
export function ticks(window: TimeWindow, startedAt = window.from, most = 5): number[] {
  const total = (window.to - window.from) * 1000;
  const offset = (window.from - startedAt) * 1000;
  const rough = total / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
  const marks: number[] = [];
  for (let at = Math.ceil(offset / step) * step; at < offset + total - step * 0.25; at += step) marks.push(at);
  return marks;
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
