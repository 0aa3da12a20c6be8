"use client";

import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { type Edge, nameOf } from "../../model/draft";
import { changeEdge } from "../../model/edit";
import { markAt, type Marks } from "../../model/marks";
import { ConditionControl } from "./condition-control";
import { DeleteButton } from "./delete-button";
import { Findings, Panel } from "./panel";
import { ValuesControl } from "./values-control";

/** When an edge is taken, and what goes along it. */
export function EdgeInspector({ editor, edge, marks }: { editor: WorkflowEditor; edge: Edge; marks: Marks }) {
  const { content, change } = editor;
  const findings = marks.edges.get(edge.id);
  const prefix = `edge-${edge.id}`;
  const put = (values: Partial<Edge>) =>
    change((before) => changeEdge(before, edge.id, values), `${edge.id}/${Object.keys(values).join()}`);
  return (
    <Panel
      title={`${nameOf(content, edge.source)} → ${nameOf(content, edge.target)}`}
      action={<DeleteButton label="Delete the connection" onDelete={editor.removeSelected} />}
    >
      <Findings findings={findings} />
      <Field id={`${prefix}-label`} label="Label">
        <Input
          {...fieldAria(`${prefix}-label`)}
          value={edge.label}
          onChange={(event) => put({ label: event.target.value })}
        />
      </Field>
      <div className="flex items-center justify-between gap-2">
        <span className="text-xs font-medium text-ink-2">Taken when no other one is</span>
        <Switch
          id={`${prefix}-otherwise`}
          label="Taken when no other one is"
          checked={edge.otherwise}
          onChange={(otherwise) => put({ otherwise, condition: otherwise ? null : edge.condition })}
        />
      </div>
      {!edge.otherwise && (
        <ConditionControl
          id={`${prefix}-condition`}
          label="Taken"
          none="always"
          value={edge.condition}
          error={markAt(findings, "condition")}
          onChange={(condition) => put({ condition })}
        />
      )}
      <fieldset className="flex min-w-0 flex-col gap-1">
        <legend className="mb-1 text-xs font-medium text-ink-2">Values it gives</legend>
        <p className="-mt-1 text-xs text-ink-3">Name → path; the target reads them as inputs.name.</p>
        <ValuesControl label="Values it gives" value={edge.mapping} onChange={(mapping) => put({ mapping })} />
      </fieldset>
    </Panel>
  );
}
