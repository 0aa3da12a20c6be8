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

const MINUTE_MS = 60_000;
/** Steps of clock time, in minutes: of an axis that is longer than a few of them. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440];

/** Round marks (in ms from the start of the run) for an axis: 1, 2 or 5 times a power of ten, whole minutes on long ones. */
export function ticks(window: TimeWindow, startedAt = window.from, most = 5): number[] {
  const total = (window.to - window.from) * 1000;
  const offset = (window.from - startedAt) * 1000;
  const rough = total / most;
  const step = rough > MINUTE_MS / 2 ? clockStep(rough) : decimalStep(rough);
  const marks: number[] = [];
  for (let at = Math.ceil(offset / step) * step; at < offset + total - step * 0.25; at += step) marks.push(at);
  return marks;
}

function decimalStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
}

function clockStep(rough: number): number {
  const minutes = CLOCK_STEPS.find((size) => size * MINUTE_MS >= rough);
  return minutes ? minutes * MINUTE_MS : Math.ceil(rough / (1440 * MINUTE_MS)) * 1440 * MINUTE_MS;
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
