"use client";

import { ArrowLeft, ChevronsRight, FlaskConical, Play, RotateCcw, StepForward } from "lucide-react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { SimulationOut } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

interface TestBarProps {
  simulation: SimulationOut | undefined;
  place: number;
  onBegin: () => void;
  onStep: () => void;
  onBack: () => void;
  /** On to the next breakpoint, or the end. */
  onContinue: () => void;
  onReset: () => void;
  /** Start a real run with what is made up. */
  onRun: () => void;
  running: boolean;
}

const ends: Record<SimulationOut["status"], { words: string; tone: "good" | "bad" | "warn" }> = {
  completed: { words: "Completed", tone: "good" },
  failed: { words: "Failed", tone: "bad" },
  waiting: { words: "Needs an output", tone: "warn" },
  stopped: { words: "Stopped", tone: "warn" },
};

/** The ways through a run on paper: a round on, a round back, to the next breakpoint. */
export function TestBar({ simulation, place, onBegin, onStep, onBack, onContinue, onReset, ...run }: TestBarProps) {
  const refused = useRefusal("executions:run");
  const last = simulation ? simulation.rounds.length - 1 : 0;
  const atEnd = place >= last;
  return (
    <div
      role="toolbar"
      aria-label="Try out"
      className="flex flex-wrap items-center gap-2 border-b bg-surface px-3 py-1.5"
    >
      {!simulation ? (
        <>
          <Button size="sm" variant="primary" onClick={onBegin}>
            <Play /> Begin
          </Button>
          <span className="text-xs text-ink-3">Outputs are made up: nothing is asked, paid for or stored.</span>
        </>
      ) : (
        <>
          <Button size="sm" variant="primary" disabled={atEnd} onClick={onStep}>
            <StepForward /> Step
          </Button>
          <Button size="sm" disabled={atEnd} onClick={onContinue}>
            <ChevronsRight /> Continue
          </Button>
          <Button size="sm" disabled={place === 0} onClick={onBack}>
            <ArrowLeft /> Back
          </Button>
          <Button size="sm" variant="ghost" onClick={onReset}>
            <RotateCcw /> Start over
          </Button>
          <Button size="sm" refused={refused} disabled={run.running} onClick={run.onRun}>
            <FlaskConical /> Run as a test
          </Button>
          <span role="status" className="nums ml-auto flex items-center gap-2 text-xs text-ink-2">
            Round {place + 1} of {last + 1}
            {atEnd && <Badge tone={ends[simulation.status].tone}>{ends[simulation.status].words}</Badge>}
          </span>
        </>
      )}
    </div>
  );
}
