"use client";

import { ChevronRight } from "lucide-react";

import { AgentIcon } from "@/components/ui/icons";
import { JsonView } from "@/components/ui/json-view";
import { Segmented } from "@/components/ui/segmented";
import { useViewStore } from "@/stores/view";

import type { TraceView } from "../../hooks/use-trace-view";
import type { Step, Trace } from "../../model/trace";
import type { TraceEvent } from "../../model/trace-event";
import { ancestors } from "../../model/trace-rows";
import { ForkStep } from "../trace/fork-dialog";
import { RunOverview } from "./run-overview";
import { StepDetail } from "./step-detail";
import { StepIcon } from "../trace/step-icon";

const RAW_EVENTS = 300;

/** What is chosen on the left, in full: the run, a step, or a raw event. */
export function DetailPane({ trace, view }: { trace: Trace; view: TraceView }) {
  const { rendering, setRendering } = useViewStore();
  const step = view.selected === null ? undefined : trace.steps[trace.places.get(view.selected) ?? -1];
  const event = view.selected?.startsWith("#") ? trace.events[Number(view.selected.slice(1)) - 1] : undefined;
  const raw = rendering === "raw";
  return (
    <section aria-label="Details" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        {step ? <StepIcon step={step} /> : <AgentIcon className="size-3.5 text-accent-ink" />}
        <div className="flex min-w-0 flex-1 items-center gap-1">
          {step && <Path trace={trace} step={step} onSelect={view.select} />}
          <h2 className="min-w-0 truncate font-semibold">
            {event ? `Event ${event.seq}: ${event.type}` : (step?.name ?? "Run")}
          </h2>
        </div>
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
      <div
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="group"
        aria-label="Contents"
        className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-3 focus-visible:outline-offset-[-2px]"
      >
        {event ? (
          <JsonView value={event} label="Event" />
        ) : raw ? (
          <RawEvents events={rawEvents(trace, step)} />
        ) : step ? (
          <StepDetail trace={trace} step={step} onSelect={view.select} />
        ) : (
          <RunOverview trace={trace} onJumpToError={view.jumpToError} onSelect={view.select} />
        )}
      </div>
    </section>
  );
}

/** The way from the run to the step; every part of it can be gone to. */
function Path({ trace, step, onSelect }: { trace: Trace; step: Step; onSelect: (id: string | null) => void }) {
  const around = ancestors(trace, step).reverse();
  const parts = [
    { id: null, name: trace.agentName },
    ...around.map((id) => ({ id, name: trace.steps[trace.places.get(id) ?? -1]?.name ?? id })),
  ];
  return parts.map(({ id, name }) => (
    <span key={id ?? "run"} className="flex min-w-0 items-center gap-1 text-ink-3">
      <button type="button" onClick={() => onSelect(id)} className="truncate rounded-sm hover:text-ink">
        {name}
      </button>
      <ChevronRight aria-hidden className="size-3 shrink-0" />
    </span>
  ));
}

function rawEvents(trace: Trace, step: Step | undefined): TraceEvent[] {
  if (step) return step.events.flatMap((place) => trace.events[place] ?? []);
  return trace.events.filter(
    (event) =>
      event.type === "connection" || event.type === "complete" || event.type === "error" || event.type === "cancelled",
  );
}

function RawEvents({ events }: { events: TraceEvent[] }) {
  return (
    <>
      {events.slice(0, RAW_EVENTS).map((event) => (
        <JsonView key={event.seq} value={event} label={`Event ${event.seq}: ${event.type}`} className="shrink-0" />
      ))}
      {events.length > RAW_EVENTS && (
        <p className="text-ink-3">{events.length - RAW_EVENTS} more; the list of events has them all.</p>
      )}
    </>
  );
}
