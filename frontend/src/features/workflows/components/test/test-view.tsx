"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import { Callout } from "@/components/ui/callout";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useSettled } from "@/lib/use-settled";

import { workflowKeys } from "../../api/keys";
import { testWorkflow } from "../../api/runs";
import { simulationQuery, type Trial } from "../../api/simulate";
import { useNames } from "../../hooks/use-names";
import type { Selection, WorkflowEditor } from "../../hooks/use-workflow-editor";
import { inputNames, inputValue } from "../../model/inputs";
import { noMarks } from "../../model/marks";
import {
  countsAt,
  madeUpNodes,
  mockBodies,
  type Mocks,
  nextStop,
  statesAt,
  withDefaults,
} from "../../model/simulation";
import { WorkflowCanvas } from "../canvas/workflow-canvas";
import { Panel } from "../inspector/panel";
import { InputFields } from "./input-fields";
import { MockList } from "./mock-list";
import { RoundView } from "./round-view";
import { TestBar } from "./test-bar";

const nothing: Selection = { nodes: [], edges: [] };

/** Walk through a run step by step, with outputs that are made up: nothing is asked, paid for or stored. */
export function TestView({
  workflowId,
  editor,
  onStarted,
}: {
  workflowId: string;
  editor: WorkflowEditor;
  /** A real run has been started as a test. */
  onStarted: (executionId: string) => void;
}) {
  const { content, version } = editor;
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [mocks, setMocks] = useState<Mocks>({});
  const [breakpoints, setBreakpoints] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | null>(null);
  const [selection, setSelection] = useState(nothing);
  const names = useNames();
  const queryClient = useQueryClient();
  const trial = useSettled(
    useMemo<Trial | null>(
      () => (at === null ? null : { version, inputs: valuesOf(texts), mocks: mockBodies(mocks) }),
      [at, version, texts, mocks],
    ),
    250,
  );
  const { data, error } = useQuery(simulationQuery(workflowId, trial));
  const simulation = at === null ? undefined : data;
  const last = simulation ? simulation.rounds.length - 1 : 0;
  const place = Math.min(at ?? 0, last);
  const shown = useMemo(
    () => ({
      marks: noMarks,
      names,
      ...(simulation
        ? { states: statesAt(simulation, place), counts: countsAt(simulation, place, content.edges) }
        : {}),
    }),
    [simulation, place, names, content.edges],
  );
  const run = useMutation({
    mutationFn: () =>
      testWorkflow(workflowId, {
        inputs: valuesOf(texts),
        mocks: mockBodies(mocks),
        breakpoints: [...breakpoints],
      }),
    onError: (refusal) => toast.error(problemText(refusal)),
    onSuccess: ({ execution_id }) => {
      void queryClient.invalidateQueries({ queryKey: workflowKeys.runs(workflowId) });
      onStarted(execution_id);
    },
  });
  const select = useCallback((next: Partial<Selection>) => setSelection({ ...nothing, ...next }), []);
  const toggle = (node: string) =>
    setBreakpoints(
      (before) => new Set(before.has(node) ? [...before].filter((one) => one !== node) : [...before, node]),
    );
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col" data-testid="workflow-test">
      <TestBar
        simulation={simulation}
        place={place}
        onBegin={() => {
          setMocks(withDefaults(mocks, content.nodes));
          setAt(0);
        }}
        onStep={() => setAt(Math.min(place + 1, last))}
        onBack={() => setAt(Math.max(place - 1, 0))}
        onContinue={() => simulation && setAt(nextStop(simulation, breakpoints, place))}
        onReset={() => setAt(null)}
        onRun={() => run.mutate()}
        running={run.isPending}
      />
      {editor.isDirty && (
        <Callout tone="warn" className="m-3">
          The saved version is tried out: save your changes to see them here.
        </Callout>
      )}
      {error && (
        <Callout tone="bad" className="m-3" title="It cannot be tried out">
          {problemText(error)}
        </Callout>
      )}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col lg:flex-row">
        <section
          aria-label="Canvas"
          className="flex min-w-0 flex-col max-lg:h-96 max-lg:shrink-0 lg:min-h-96 lg:flex-1"
        >
          <WorkflowCanvas content={content} shown={shown} selection={selection} onSelect={select} />
        </section>
        <aside
          aria-label="Try out"
          className="shrink-0 border-t bg-surface lg:w-96 lg:overflow-y-auto lg:border-t-0 lg:border-l"
        >
          {simulation && <RoundView simulation={simulation} place={place} />}
          <Panel title="Inputs">
            <InputFields names={inputNames(content)} texts={texts} onChange={setTexts} />
          </Panel>
          <Panel title="Made-up outputs and breakpoints">
            <MockList
              nodes={madeUpNodes(content.nodes)}
              chosen={selection.nodes[0] ?? null}
              mocks={mocks}
              breakpoints={breakpoints}
              onMock={(node, mock) => setMocks({ ...mocks, [node]: mock })}
              onBreakpoint={toggle}
            />
          </Panel>
        </aside>
      </div>
    </div>
  );
}

function valuesOf(texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const given = Object.entries(texts).filter(([, text]) => text !== "");
  return Object.fromEntries(given.map(([name, text]) => [name, inputValue(text)]));
}
