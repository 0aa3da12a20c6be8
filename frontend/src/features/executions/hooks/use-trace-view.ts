"use client";

import { useCallback, useMemo, useState } from "react";

import type { Trace } from "../model/trace";
import { ancestors, failedSteps, nextError, type TraceRow, traceRows } from "../model/trace-rows";

/** What is looked at: the run as a whole, a step by its id, or a raw event as `#<seq>`. */
export type Selection = string | null;

export interface TraceView {
  rows: TraceRow[];
  selected: Selection;
  select: (selection: Selection) => void;
  toggle: (id: string) => void;
  collapseAll: () => void;
  expandAll: () => void;
  allCollapsed: boolean;
  search: string;
  setSearch: (search: string) => void;
  mode: "steps" | "events";
  setMode: (mode: "steps" | "events") => void;
  follow: boolean;
  setFollow: (follow: boolean) => void;
  hasError: boolean;
  /** How many steps are to blame, and which of them is looked at (from 1; 0: none). */
  errors: number;
  errorPlace: number;
  /** To the next error; after the last one to the first again. */
  jumpToError: () => void;
  /** The step whose time fills the waterfall; null: the whole run. */
  zoom: string | null;
  setZoom: (id: string | null) => void;
}

/** The state of looking at a trace. Choosing something by hand ends following. */
export function useTraceView(trace: Trace, selected: Selection, onSelect: (selection: Selection) => void): TraceView {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState("");
  const [mode, setMode] = useState<"steps" | "events">("steps");
  const [follow, setFollow] = useState(true);
  const rows = useMemo(() => traceRows(trace, { collapsed, search }), [trace, collapsed, search]);
  const [zoom, setZoom] = useState<string | null>(null);
  const errors = useMemo(() => failedSteps(trace), [trace]);

  const select = useCallback(
    (selection: Selection) => {
      setFollow(false);
      onSelect(selection);
    },
    [onSelect],
  );
  const toggle = useCallback((id: string) => {
    setCollapsed((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const jumpToError = useCallback(() => {
    setMode("steps");
    setSearch("");
    const error = nextError(errors, selected);
    if (error) {
      const around = new Set(ancestors(trace, error));
      setCollapsed((before) => new Set([...before].filter((id) => !around.has(id))));
    }
    select(error?.id ?? null);
  }, [errors, selected, select, trace]);

  return {
    rows,
    selected,
    select,
    toggle,
    collapseAll: () => setCollapsed(new Set(trace.steps.filter((step) => step.kind === "node").map((step) => step.id))),
    expandAll: () => setCollapsed(new Set()),
    allCollapsed: collapsed.size > 0,
    search,
    setSearch,
    mode,
    setMode,
    follow,
    setFollow,
    hasError: errors.length > 0 || trace.status === "failed",
    errors: errors.length,
    errorPlace: errors.findIndex((step) => step.id === selected) + 1,
    jumpToError,
    zoom: zoom !== null && trace.places.has(zoom) ? zoom : null,
    setZoom,
  };
}
