"use client";

import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { fieldProblems, type Problem, problemText, toProblem } from "@/lib/problem";

import { type Finding, findingsOf } from "../model/findings";
import { type ToolDraft, toolErrors } from "../model/tool-draft";

export interface ToolDraftState {
  draft: ToolDraft;
  change: (update: Partial<ToolDraft>) => void;
  errorOf: (field: keyof ToolDraft) => string | undefined;
  findings: readonly Finding[];
  /** What the server said that belongs to no field and no line. */
  refusal: string | null;
  /** Somebody else has made a newer version. */
  conflict: Problem | null;
  save: () => void;
  discard: () => void;
  isSaving: boolean;
  isDirty: boolean;
}

/** A tool being written: its rules, saving it, and what the screen objects to. */
export function useToolDraft(initial: ToolDraft, onSave: (draft: ToolDraft) => Promise<unknown>): ToolDraftState {
  const [draft, setDraft] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const saving = useMutation({ mutationFn: onSave });
  const problem = useMemo(() => (saving.error ? toProblem(saving.error) : null), [saving.error]);
  const findings = useMemo(() => findingsOf(problem), [problem]);
  const said = problem ? sayings(problem) : {};
  const errors = toolErrors(draft);
  const conflict = problem?.status === 412 ? problem : null;
  const belongsToField = Object.keys(said).some((field) => field in draft);
  return {
    draft,
    change: (update) => {
      setDraft((before) => ({ ...before, ...update }));
      setTouched((before) => new Set([...before, ...Object.keys(update)]));
      // The findings stay until the next try: they are what is being worked off.
      if (findings.length === 0) saving.reset();
    },
    errorOf: (field) => said[field] ?? (touched.has(field) ? errors[field] : undefined),
    findings,
    refusal: problem && !conflict && findings.length === 0 && !belongsToField ? problemText(saving.error) : null,
    conflict,
    save: () => {
      setTouched(new Set(Object.keys(draft)));
      if (Object.keys(errors).length === 0 && !saving.isPending) saving.mutate(draft);
    },
    discard: () => {
      setDraft(initial);
      setTouched(new Set());
      saving.reset();
    },
    isSaving: saving.isPending,
    isDirty: !saving.isSuccess && JSON.stringify(draft) !== JSON.stringify(initial),
  };
}

/** In a change the policy is one field; its parts are fields of the form: `/policy/network/0` stands at the network. */
function sayings(problem: Problem): Record<string, string> {
  return fieldProblems({
    ...problem,
    errors: problem.errors.map((error) => ({
      ...error,
      pointer: error.pointer.replace(/^#?\/(body\/)?policy\//, "/"),
    })),
  });
}
