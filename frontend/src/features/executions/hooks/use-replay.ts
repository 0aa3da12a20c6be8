"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { framesUntil, replayFrames, traceAfter } from "../model/replay";
import { emptyTrace, isOver, type Trace } from "../model/trace";

export interface Replay {
  /** The trace at the moment that is shown; the live one when the replay is not active. */
  trace: Trace;
  available: boolean;
  active: boolean;
  playing: boolean;
  /** Seconds since the start, and how long the run took. */
  at: number;
  total: number;
  speed: number;
  toggle: () => void;
  seek: (at: number) => void;
  setSpeed: (speed: number) => void;
  exit: () => void;
}

/** Play a finished run again at its own speed, or look at any moment of it. */
export function useReplay(live: Trace): Replay {
  const available = isOver(live) && live.events.length > 1;
  const frames = useMemo(() => (available ? replayFrames(live.events) : []), [available, live.events]);
  const total = frames.at(-1)?.at ?? 0;
  const [at, setAt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);

  useEffect(() => {
    if (!playing) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const passed = ((time - last) / 1000) * speed;
      last = time;
      setAt((current) => Math.min(total, (current ?? 0) + Math.max(0, passed)));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, total]);

  const ended = at !== null && at >= total;
  const running = playing && !ended;
  const trace = useTraceAt(frames, at);
  const toggle = useCallback(() => {
    setAt((current) => (current === null || current >= total ? 0 : current));
    setPlaying(!running);
  }, [running, total]);
  const seek = useCallback((next: number) => {
    setPlaying(false);
    setAt(next);
  }, []);
  const exit = useCallback(() => {
    setPlaying(false);
    setAt(null);
  }, []);
  const active = available && at !== null;
  return {
    trace: active ? trace : live,
    available,
    active,
    playing: running,
    at: at ?? total,
    total,
    speed,
    toggle,
    seek,
    setSpeed,
    exit,
  };
}

/** The trace at a moment, made from the one before when time went on. */
function useTraceAt(frames: ReturnType<typeof replayFrames>, at: number | null): Trace {
  const last = useRef<{ frames: typeof frames; count: number; trace: Trace }>({ frames, count: 0, trace: emptyTrace });
  return useMemo(() => {
    if (at === null) return emptyTrace;
    const count = framesUntil(frames, at);
    // A cache of a pure function: the same moment gives the same trace, with or without it.
    /* eslint-disable react-hooks/refs */
    const known = last.current.frames === frames ? last.current : { frames, count: 0, trace: emptyTrace };
    const trace = traceAfter(frames, count, known.trace, known.count);
    last.current = { frames, count, trace };
    /* eslint-enable react-hooks/refs */
    return trace;
  }, [frames, at]);
}
