"use client";

import { useMemo } from "react";

import { AgentIcon } from "@/components/ui/icons";
import { JsonView } from "@/components/ui/json-view";
import { Segmented } from "@/components/ui/segmented";
import { useViewStore } from "@/stores/view";

import type { TraceView } from "../hooks/use-trace-view";
import type { Step, Trace } from "../model/trace";
import type { TraceEvent } from "../model/trace-event";
import { ForkStep } from "./fork-dialog";
import { RunOverview } from "./run-overview";
import { StepDetail } from "./step-detail";
import { StepIcon } from "./step-icon";

const RAW_EVENTS = 300;

/** What is chosen on the left, in full: the run, a step, or a raw event. */
export function DetailPane({ trace, view }: { trace: Trace; view: TraceView }) {
  const { rendering, setRendering } = useViewStore();
  const step = view.selected === null ? undefined : trace.steps[trace.places.get(view.selected) ?? -1];
  const event = view.selected?.startsWith("#") ? trace.events[Number(view.selected.slice(1)) - 1] : undefined;
  const children = useMemo(() => (step ? trace.steps.filter((other) => other.parentId === step.id) : []), [step, trace.steps]);
  const raw = rendering === "raw";
  return (
    <section aria-label="Details" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        {step ? <StepIcon step={step} /> : <AgentIcon className="size-3.5 text-accent-ink" />}
        <h2 className="min-w-0 flex-1 truncate font-semibold">{event ? `Event ${event.seq}: ${event.type}` : (step?.name ?? "Execution")}</h2>
        {step && <ForkStep key={step.id} trace={trace} step={step} />}
        <Segmented
          label="Show"
          value={rendering}
          onChange={setRendering}
          options={[
            { value: "rendered", label: "Rendered" },
            { value: "raw", label: "Raw" },
          ]}
        />
      </div>
      {/* The pane scrolls; the keyboard must be able to do that too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} role="group" aria-label="Contents" className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-3 focus-visible:outline-offset-[-2px]">
        {event ? (
          <JsonView value={event} label="Event" />
        ) : raw ? (
          <RawEvents events={rawEvents(trace, step)} />
        ) : step ? (
          <StepDetail step={step} inside={children} executionId={trace.executionId} onSelect={view.select} />
        ) : (
          <RunOverview trace={trace} onJumpToError={view.jumpToError} onSelect={view.select} />
        )}
      </div>
    </section>
  );
}

function rawEvents(trace: Trace, step: Step | undefined): TraceEvent[] {
  if (step) return step.events.flatMap((place) => trace.events[place] ?? []);
  return trace.events.filter((event) => event.type === "connection" || event.type === "complete" || event.type === "error" || event.type === "cancelled");
}

function RawEvents({ events }: { events: TraceEvent[] }) {
  return (
    <>
      {events.slice(0, RAW_EVENTS).map((event) => (
        <JsonView key={event.seq} value={event} label={`Event ${event.seq}: ${event.type}`} className="shrink-0" />
      ))}
      {events.length > RAW_EVENTS && <p className="text-ink-3">{events.length - RAW_EVENTS} more; the list of events has them all.</p>}
    </>
  );
}
