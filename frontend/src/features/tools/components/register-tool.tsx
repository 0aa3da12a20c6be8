"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useMemo, useState } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CodeEditor } from "@/components/ui/code-editor";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { registerTool } from "../api/register-tool";
import { findingsOf } from "../model/findings";
import { emptyTool, type ToolDraft, toolErrors, toToolBody } from "../model/tool-draft";
import { Findings } from "./findings";
import { ToolGrants } from "./tool-grants";

/** Register New Tool: name, description, source; what the screen objects to is shown at its line. */
export function RegisterTool() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<ToolDraft>(emptyTool);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const register = useMutation({
    mutationFn: registerTool,
    onSuccess: async ({ name }) => {
      await queryClient.invalidateQueries({ queryKey: ["tools"] });
      toast.success(`${name} registered`);
      router.push(`/tools?tool=${encodeURIComponent(name)}`);
    },
  });
  const problem = register.error ? toProblem(register.error) : null;
  const findings = useMemo(() => findingsOf(register.error ? toProblem(register.error) : null), [register.error]);
  const said = problem ? fieldProblems(problem) : {};
  const errors = toolErrors(draft);
  const errorOf = (field: keyof ToolDraft) => said[field] ?? (touched.has(field) ? errors[field] : undefined);
  const change = (update: Partial<ToolDraft>) => {
    setDraft((before) => ({ ...before, ...update }));
    setTouched((before) => new Set([...before, ...Object.keys(update)]));
    // The findings stay until the next try: they are what is being worked off.
    if (findings.length === 0) register.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(new Set(Object.keys(draft)));
    if (Object.keys(errors).length === 0) register.mutate(toToolBody(draft));
  };
  const dirty = !register.isSuccess && JSON.stringify(draft) !== JSON.stringify(emptyTool);
  return (
    <>
      <PageHeader parent={{ href: "/tools", label: "Tools" }} title="Register new tool" description="An async Python function becomes a tool: its signature is the schema, its docstring explains it. It runs in a sandbox, never in the server." />
      <PageBody className="max-w-4xl">
        <form onSubmit={submit} noValidate aria-label="New tool" className="flex flex-col gap-4">
          <div className="grid gap-3 sm:grid-cols-[14rem_minmax(0,1fr)]">
            <Field id="tool-name" label="Name" required error={errorOf("name")} hint="Letters, digits, underscores" tip="The model calls the tool by this name: 3 to 31 characters.">
              <Input {...fieldAria("tool-name", errorOf("name"))} value={draft.name} autoFocus spellCheck={false} autoComplete="off" placeholder="reverse_string" className="font-mono text-xs" onChange={(event) => change({ name: event.target.value })} />
            </Field>
            <Field id="tool-description" label="Description" required error={errorOf("description")} tip="The model decides by this sentence when to call it.">
              <Input {...fieldAria("tool-description", errorOf("description"))} value={draft.description} placeholder="Reverse the characters in a string" onChange={(event) => change({ description: event.target.value })} />
            </Field>
          </div>
          <Field id="tool-code" label="Source" required error={findings.length > 0 ? undefined : errorOf("code")} hint={`${draft.code.length} of 2000 characters. os, sys and subprocess cannot be imported.`}>
            <CodeEditor id="tool-code" label="Source" value={draft.code} onChange={(code) => change({ code })} marks={findings} />
          </Field>
          <Findings findings={findings} />
          {problem && findings.length === 0 && Object.keys(said).every((field) => !(field in draft)) && (
            <Callout tone="bad" title="Not registered">
              {problemText(register.error)}
            </Callout>
          )}
          <ToolGrants draft={draft} onChange={change} errorOf={errorOf} />
          <div>
            <Button type="submit" variant="primary" disabled={register.isPending}>
              {register.isPending ? "Screening …" : "Register tool"}
            </Button>
          </div>
        </form>
      </PageBody>
      <UnsavedGuard dirty={dirty && !register.isPending} />
    </>
  );
}
