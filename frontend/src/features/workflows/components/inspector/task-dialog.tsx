"use client";

import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Checkbox, Switch } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { useReadOnly } from "@/components/ui/read-only";
import { oneLine } from "@/lib/format";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { type Config, nodeName, type Task } from "../../model/draft";
import { putTask } from "../../model/edit";
import { taskFields } from "../../model/kinds";
import { markAt, type Marks } from "../../model/marks";
import { ChoiceField } from "./choice-fields";
import { ConfigFields } from "./config-fields";
import { Findings } from "./panel";

interface TaskDialogProps {
  editor: WorkflowEditor;
  marks: Marks;
  /** A new one has no id yet. */
  task: Task;
  onClose: () => void;
}

/** A task: who does it, what is wanted, what it builds on. */
export function TaskDialog({ editor: { content, change }, marks, task, onClose }: TaskDialogProps) {
  const [draft, setDraft] = useState(task);
  const [tried, setTried] = useState(false);
  const readOnly = useReadOnly();
  const isNew = task.task_id === "";
  const put = (values: Partial<Task>) => setDraft((before) => ({ ...before, ...values }));
  const findings = marks.tasks.get(task.task_id);
  const missing = tried && draft.description.trim() === "" ? "Needed" : undefined;
  const place = content.tasks.findIndex(({ task_id }) => task_id === task.task_id);
  // Only what is done before can be a context; in a graph other nodes give theirs over edges.
  const earlier = content.tasks
    .slice(0, isNew ? undefined : Math.max(0, place))
    .filter((other) => content.process_type !== "graph" || other.node_id === draft.node_id);
  const agents = content.nodes.filter(({ type }) => type === "agent");
  const save = () => {
    setTried(true);
    if (draft.description.trim() === "") return;
    change((before) => putTask(before, draft));
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isNew ? "New task" : "Task"}
      className="w-[min(38rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button onClick={onClose}>{readOnly ? "Close" : "Cancel"}</Button>
          {!readOnly && (
            <Button variant="primary" onClick={save}>
              {isNew ? "Add task" : "Update task"}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Findings findings={findings} />
        <ChoiceField
          id="task-agent"
          label="Agent"
          value={draft.node_id}
          error={markAt(findings, "node_id")}
          options={agents.map((node) => ({ value: node.id, label: nodeName(node) }))}
          onChange={(node_id) =>
            put({ node_id, ...(content.process_type === "graph" ? { context_task_ids: [] } : {}) })
          }
        />
        <Field id="task-description" label="Description" required error={missing} hint="{topic} stands for an input.">
          <Textarea
            {...fieldAria("task-description", missing)}
            value={draft.description}
            onChange={(event) => put({ description: event.target.value })}
          />
        </Field>
        <Field id="task-expected" label="Expected output">
          <Textarea
            {...fieldAria("task-expected")}
            value={draft.expected_output}
            onChange={(event) => put({ expected_output: event.target.value })}
          />
        </Field>
        {earlier.length > 0 && (
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1 text-xs font-medium text-ink-2">Builds on</legend>
            {earlier.map(({ task_id, description }) => (
              <div key={task_id} className="flex items-center gap-2 text-sm">
                <Checkbox
                  label={`Builds on ${oneLine(description, 60)}`}
                  checked={draft.context_task_ids.includes(task_id)}
                  onChange={(on) =>
                    put({
                      context_task_ids: [
                        ...draft.context_task_ids.filter((id) => id !== task_id),
                        ...(on ? [task_id] : []),
                      ],
                    })
                  }
                />
                <span aria-hidden>{oneLine(description, 60)}</span>
              </div>
            ))}
          </fieldset>
        )}
        <div className="flex items-center justify-between gap-2">
          <span className="text-xs font-medium text-ink-2">A person checks the result</span>
          <Switch
            id="task-human"
            label="A person checks the result"
            checked={draft.human_input_required}
            onChange={(human_input_required) => put({ human_input_required })}
          />
        </div>
        <details>
          <summary className="cursor-pointer text-xs font-medium text-ink-2">More settings</summary>
          <div className="mt-2 flex flex-col gap-3">
            <ConfigFields
              prefix="task-config"
              fields={taskFields}
              config={draft.config_json as Config}
              findings={findings}
              onChange={(values) => put({ config_json: { ...draft.config_json, ...values } })}
            />
          </div>
        </details>
      </div>
    </Dialog>
  );
}
