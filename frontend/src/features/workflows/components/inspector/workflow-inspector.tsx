"use client";

import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { type Content, type Process, processes } from "../../model/draft";
import { inputNames } from "../../model/inputs";
import { type Marks, markAt } from "../../model/marks";
import { ChoiceField, ModelField } from "./choice-fields";
import { NumberField } from "./json-control";
import { Findings, Panel } from "./panel";
import { TaskList } from "./task-list";

const processOptions = (Object.keys(processes) as Process[]).map((process) => ({
  value: process,
  label: `${processes[process].label}: ${processes[process].words.toLowerCase()}`,
}));

/** The workflow itself: its name, how it is run, its limits, its tasks. */
export function WorkflowInspector({ editor, marks }: { editor: WorkflowEditor; marks: Marks }) {
  const { content, change } = editor;
  const put = (values: Partial<Content>) =>
    change((before) => ({ ...before, ...values }), `workflow/${Object.keys(values).join()}`);
  const inputs = inputNames(content);
  return (
    <>
      <Panel title="Workflow">
        <Findings findings={marks.whole} />
        <Field id="workflow-name" label="Name" required error={content.name ? markAt(marks.whole, "name") : "Needed"}>
          <Input
            {...fieldAria("workflow-name", content.name ? markAt(marks.whole, "name") : "Needed")}
            value={content.name}
            onChange={(event) => put({ name: event.target.value })}
          />
        </Field>
        <Field id="workflow-description" label="Description">
          <Textarea
            {...fieldAria("workflow-description")}
            value={content.description}
            onChange={(event) => put({ description: event.target.value })}
          />
        </Field>
        <ChoiceField
          id="workflow-process"
          label="Process"
          value={content.process_type}
          options={processOptions}
          onChange={(process) => put({ process_type: process as Process })}
        />
        {content.process_type === "hierarchical" && (
          <ModelField
            id="workflow-manager"
            label="Manager's model"
            none="the server's default"
            value={content.manager_llm ?? ""}
            error={markAt(marks.whole, "manager_llm")}
            onChange={(manager) => put({ manager_llm: manager || null })}
          />
        )}
        <div className="grid grid-cols-2 gap-2">
          <NumberField
            id="workflow-timeout"
            label="Time limit (s)"
            value={content.run_timeout_s}
            error={markAt(marks.whole, "run_timeout_s")}
            onChange={(run_timeout_s) => put({ run_timeout_s })}
          />
          <NumberField
            id="workflow-cost"
            label="Cost limit ($)"
            value={content.max_cost_usd}
            error={markAt(marks.whole, "max_cost_usd")}
            onChange={(max_cost_usd) => put({ max_cost_usd })}
          />
          <NumberField
            id="workflow-parallel"
            label="Steps at once"
            value={content.max_parallel}
            error={markAt(marks.whole, "max_parallel")}
            onChange={(max_parallel) => put({ max_parallel })}
          />
        </div>
        <p className="text-xs text-ink-3">
          {inputs.length === 0
            ? "It reads no inputs. {{ inputs.topic }} in a task would make “topic” one."
            : `Inputs: ${inputs.map(({ name }) => name).join(", ")}`}
        </p>
      </Panel>
      <TaskList editor={editor} marks={marks} />
    </>
  );
}
