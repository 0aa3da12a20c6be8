"use client";

import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { LineDiff } from "@/components/ui/line-diff";
import { SkeletonRows } from "@/components/ui/surface";
import { shownPlace, VersionList } from "@/components/ui/version-list";
import type { WorkflowOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { workflowVersionsQuery } from "../api/get-workflow";
import { useWorkflowActions } from "../hooks/use-workflow-actions";
import { contentDiff } from "../model/content-diff";
import { contentOf, type Content, versionContent } from "../model/draft";

/** Every version: what each changed, how it differs from now, and the way back. */
export function Versions({ workflow, dirty }: { workflow: WorkflowOut; dirty: boolean }) {
  const { data, error, isPending } = useQuery(workflowVersionsQuery(workflow.id));
  const { restore } = useWorkflowActions();
  const [chosen, setChosen] = useState<number | null>(null);
  const refused = useRefusal("workflows:write");
  if (isPending) return <SkeletonRows />;
  if (error)
    return (
      <Callout tone="bad" className="m-4">
        {problemText(error)}
      </Callout>
    );
  const { versions } = data;
  const place = shownPlace(versions, chosen, workflow.version);
  const [shown, before] = [versions[place], versions[place + 1]];
  if (!shown) return null;
  const isCurrent = shown.version === workflow.version;
  return (
    <div className="grid min-w-0 gap-4 p-4 md:grid-cols-[13rem_minmax(0,1fr)]">
      <VersionList versions={versions} current={workflow.version} shown={shown.version} onChoose={setChosen} />
      <div className="flex min-w-0 flex-col gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="flex-1 text-base font-semibold">Version {shown.version}</h2>
          {!isCurrent && (
            <Button
              disabled={restore.isPending}
              refused={refused ?? (dirty ? "Save or undo your changes first: they would be lost." : undefined)}
              onClick={() =>
                restore.mutate({ id: workflow.id, version: shown.version }, { onSuccess: () => setChosen(null) })
              }
            >
              <History /> Restore this version
            </Button>
          )}
        </div>
        <Difference
          title={before ? `Changed since version ${before.version}` : "The beginning"}
          empty={before ? "Nothing but places on the canvas." : "The workflow was created with this version."}
          {...(before ? { pair: [versionContent(before), versionContent(shown)] as const } : {})}
        />
        {!isCurrent && (
          <Difference
            title="What restoring it would change"
            empty="Nothing: it is the same as the current version."
            pair={[contentOf(workflow), versionContent(shown)]}
          />
        )}
      </div>
    </div>
  );
}

interface DifferenceProps {
  title: string;
  empty: string;
  pair?: readonly [before: Content, after: Content];
}

function Difference({ title, empty, pair }: DifferenceProps) {
  const lines = pair ? contentDiff(...pair) : [];
  return (
    <section>
      <h3 className="mb-2 text-2xs font-semibold tracking-wide text-ink-3 uppercase">{title}</h3>
      {lines.length > 0 ? <LineDiff lines={lines} /> : <p className="text-sm text-ink-3">{empty}</p>}
    </section>
  );
}
