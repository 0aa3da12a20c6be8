"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { type FormEvent, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { problemText } from "@/lib/problem";

import { workflowKeys } from "../../api/keys";
import { startWorkflow } from "../../api/runs";
import { readJson } from "../../hooks/use-typed";
import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { inputNames, inputValue } from "../../model/inputs";

interface RunDialogProps {
  workflowId: string;
  editor: WorkflowEditor;
  onClose: () => void;
  onStarted: (executionId: string) => void;
}

type Inputs = Record<string, unknown>;

/** The inputs of a run, as fields or as JSON; unsaved changes are saved first. */
export function RunDialog({ workflowId, editor, onClose, onStarted }: RunDialogProps) {
  const queryClient = useQueryClient();
  const form = useId();
  const names = inputNames(editor.content);
  const [way, setWay] = useState<"fields" | "json">(names.length > 0 ? "fields" : "json");
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [json, setJson] = useState("{}");
  const [tried, setTried] = useState(false);
  const start = useMutation({
    mutationFn: async (inputs: Inputs) => {
      if (editor.isDirty && !(await editor.save())) return null;
      return startWorkflow(workflowId, inputs);
    },
    onSuccess: (run) => {
      if (!run) return onClose();
      void queryClient.invalidateQueries({ queryKey: workflowKeys.runs(workflowId) });
      onStarted(run.execution_id);
    },
  });
  const read = readJson(json);
  const object = "value" in read && isObject(read.value) ? read.value : null;
  const jsonError = object ? undefined : "error" in read ? read.error : "A JSON object: names with their values";
  const missing = names.filter(({ name, needed }) => needed && (texts[name] ?? "") === "");
  const choose = (next: "fields" | "json") => {
    if (next === "json") setJson(JSON.stringify(inputsOf(texts), null, 2));
    setWay(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (way === "json") {
      if (object) start.mutate(object);
    } else if (missing.length === 0) start.mutate(inputsOf(texts));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Run ${editor.content.name}`}
      description={editor.isDirty ? "Your changes are saved first." : `Version ${editor.version} is run.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={start.isPending}>
            <Play /> {editor.isDirty ? "Save and run" : "Run"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-3">
        {start.error && <Callout tone="bad">{problemText(start.error)}</Callout>}
        {names.length > 0 && (
          <Segmented
            label="Inputs as"
            value={way}
            onChange={choose}
            className="self-start"
            options={[
              { value: "fields", label: "Fields" },
              { value: "json", label: "JSON" },
            ]}
          />
        )}
        {way === "fields" ? (
          names.map(({ name, needed }) => {
            const error = tried && missing.some((other) => other.name === name) ? "Needed" : undefined;
            return (
              <Field key={name} id={`${form}-${name}`} label={name} required={needed} error={error}>
                <Textarea
                  {...fieldAria(`${form}-${name}`, error)}
                  value={texts[name] ?? ""}
                  className="min-h-9"
                  onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
                />
              </Field>
            );
          })
        ) : (
          <Field id={`${form}-json`} label="Inputs" error={tried ? jsonError : undefined}>
            <Textarea
              {...fieldAria(`${form}-json`, tried ? jsonError : undefined)}
              value={json}
              spellCheck={false}
              className="min-h-32 font-mono text-xs"
              onChange={(event) => setJson(event.target.value)}
            />
          </Field>
        )}
      </form>
    </Dialog>
  );
}

function inputsOf(texts: Readonly<Record<string, string>>): Inputs {
  const given = Object.entries(texts).filter(([, text]) => text !== "");
  return Object.fromEntries(given.map(([name, text]) => [name, inputValue(text)]));
}

function isObject(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
