"use client";

import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";

import { PageHeader, UNKNOWN } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ReadOnly } from "@/components/ui/read-only";
import { SkeletonRows } from "@/components/ui/surface";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import type { WorkflowOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { workflowQuery } from "../api/get-workflow";
import { useMarks } from "../hooks/use-marks";
import { useWorkflowEditor } from "../hooks/use-workflow-editor";
import { WorkflowEditor } from "./canvas/workflow-editor";
import { ConflictDialog } from "./conflict-dialog";
import { WorkflowMenu } from "./list/workflow-menu";
import { RunDialog } from "./run/run-dialog";
import { RunList } from "./run/run-list";
import { RunView } from "./run/run-view";
import { TestView } from "./test/test-view";
import { Versions } from "./versions";

const tabs = ["canvas", "test", "runs", "versions"] as const;
const parent = { href: "/workflows", label: "Workflows" };

/** One workflow: its canvas, its runs, its versions. */
export function WorkflowPage({ workflowId }: { workflowId: string }) {
  const { data, error } = useQuery(workflowQuery(workflowId));
  if (data) return <Loaded workflow={data} />;
  return (
    <>
      <PageHeader parent={parent} title={error ? "Workflow" : UNKNOWN} />
      {error ? (
        <Callout tone="bad" className="m-4" title="This workflow cannot be shown">
          {problemText(error)}
        </Callout>
      ) : (
        <SkeletonRows />
      )}
    </>
  );
}

function Loaded({ workflow }: { workflow: WorkflowOut }) {
  const router = useRouter();
  const editor = useWorkflowEditor(workflow);
  const marks = useMarks(workflow.id, editor.content);
  const [place, setPlace] = useQueryStates({
    tab: parseAsStringLiteral(tabs).withDefault("canvas"),
    run: parseAsString,
  });
  const [running, setRunning] = useState(false);
  const mayNotChange = useRefusal("workflows:write");
  const mayNotRun = useRefusal("executions:run");
  const tab = place.run === null ? place.tab : "runs";
  const { content, isDirty, isSaving, refusal } = editor;
  const broken = marks.total > 0 ? "First mend what is marked: it could not be run." : undefined;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        parent={parent}
        title={content.name || workflow.name}
        facts={<span className="nums text-xs text-ink-3">v{editor.version}</span>}
        actions={
          <>
            {mayNotChange === undefined && (
              <Button disabled={isSaving || !isDirty} refused={broken} onClick={() => void editor.save()}>
                {isSaving ? "Saving …" : "Save"}
              </Button>
            )}
            <Button variant="primary" refused={mayNotRun ?? broken} onClick={() => setRunning(true)}>
              <Play /> Run
            </Button>
            <WorkflowMenu workflow={workflow} onDeleted={() => router.push("/workflows")} />
          </>
        }
      />
      {refusal && (
        <Callout tone="bad" className="m-3" title="Not saved">
          {problemText(refusal)}
        </Callout>
      )}
      <Tabs
        label="Workflow"
        value={tab}
        onChange={(next) => void setPlace({ tab: tabs.find((name) => name === next) ?? null, run: null })}
        tabs={[
          { value: "canvas", label: "Canvas" },
          { value: "test", label: "Try out" },
          { value: "runs", label: "Runs" },
          { value: "versions", label: "Versions" },
        ]}
      >
        <TabPanel value="canvas" className="flex min-h-0 flex-1 flex-col">
          <ReadOnly reason={mayNotChange} className="m-3">
            <WorkflowEditor editor={editor} marks={marks} />
          </ReadOnly>
        </TabPanel>
        <TabPanel value="test" className="flex min-h-0 flex-1 flex-col">
          <TestView workflowId={workflow.id} editor={editor} onStarted={(run) => void setPlace({ run })} />
        </TabPanel>
        <TabPanel value="runs" className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          {place.run === null ? (
            <RunList workflowId={workflow.id} onOpen={(run) => void setPlace({ run })} />
          ) : (
            <RunView
              key={place.run}
              executionId={place.run}
              onBack={() => void setPlace({ tab: "runs", run: null })}
              onOpen={(run) => void setPlace({ run })}
            />
          )}
        </TabPanel>
        <TabPanel value="versions" className="min-h-0 overflow-y-auto">
          <Versions workflow={workflow} dirty={isDirty} />
        </TabPanel>
      </Tabs>
      {running && (
        <RunDialog
          workflowId={workflow.id}
          editor={editor}
          onClose={() => setRunning(false)}
          onStarted={(run) => {
            setRunning(false);
            void setPlace({ run });
          }}
        />
      )}
      <ConflictDialog workflowId={workflow.id} editor={editor} />
      <UnsavedGuard dirty={isDirty} />
    </div>
  );
}
