"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import { Callout } from "@/components/ui/callout";
import { Slider } from "@/components/ui/slider";
import { SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";

import { workflowVersionQuery } from "../../api/get-workflow";
import { useNames } from "../../hooks/use-names";
import { useRun } from "../../hooks/use-run";
import type { Selection } from "../../hooks/use-workflow-editor";
import { versionContent } from "../../model/draft";
import { noMarks } from "../../model/marks";
import { edgeCounts, nodeStates } from "../../model/run-states";
import { WorkflowCanvas } from "../canvas/workflow-canvas";
import { RunHeader } from "./run-header";
import { RunPanel } from "./run-panel";

const nothing: Selection = { nodes: [], edges: [] };

/** One run on the canvas of the version that it runs: live, and for ever after at any moment of it. */
export function RunView({
  executionId,
  onBack,
  onOpen,
}: {
  executionId: string;
  onBack: () => void;
  /** Another run is to be shown. */
  onOpen: (executionId: string) => void;
}) {
  const { run: latest, at, count, stream } = useRun(executionId);
  const [moment, setMoment] = useState<number | null>(null);
  const [selection, setSelection] = useState(nothing);
  const version = useQuery(workflowVersionQuery(latest.workflowId, latest.version));
  const names = useNames();
  const past = moment !== null && moment < count;
  const run = past ? at(moment) : latest;
  const content = useMemo(() => (version.data ? versionContent(version.data) : null), [version.data]);
  const shown = useMemo(
    () => ({ marks: noMarks, names, states: nodeStates(run), counts: edgeCounts(run, content?.edges ?? []) }),
    // `at` makes a run anew at every drawing; where it stands is told by these.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [run.lastSeq, run.executionId, names, content],
  );
  const select = useCallback((next: Partial<Selection>) => setSelection({ ...nothing, ...next }), []);
  const failure = stream.phase === "refused" ? problemText(stream.body) : version.error && problemText(version.error);
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col" data-testid="workflow-run" data-status={latest.status}>
      <RunHeader executionId={executionId} run={latest} onBack={onBack} onOpen={onOpen} />
      {failure && (
        <Callout tone="bad" className="m-3" title="This run cannot be shown">
          {failure}
        </Callout>
      )}
      {!content && !failure && <SkeletonRows />}
      {content && (
        <div className="flex min-h-0 min-w-0 flex-1 flex-col lg:flex-row">
          <section
            aria-label="Canvas"
            className="flex min-w-0 flex-col max-lg:h-96 max-lg:shrink-0 lg:min-h-96 lg:flex-1"
          >
            <WorkflowCanvas content={content} shown={shown} selection={selection} onSelect={select} />
          </section>
          <aside
            aria-label="Steps of the run"
            className="shrink-0 border-t bg-surface lg:w-96 lg:overflow-y-auto lg:border-t-0 lg:border-l"
          >
            <RunPanel
              executionId={executionId}
              content={content}
              run={run}
              chosen={selection.nodes[0] ?? null}
              past={past}
              onChoose={(node) => select({ nodes: node === null ? [] : [node] })}
            />
          </aside>
        </div>
      )}
      {count > 1 && (
        <div className="flex items-center gap-3 border-t bg-surface px-3 py-1.5">
          <Slider
            label="Moment of the run"
            min={1}
            max={count}
            value={past ? moment : count}
            text={(value) => `Event ${value} of ${count}`}
            onChange={(value) => setMoment(value >= count ? null : value)}
          />
          <span className="nums shrink-0 text-xs text-ink-3">{past ? `${moment} of ${count}` : "latest"}</span>
        </div>
      )}
    </div>
  );
}
