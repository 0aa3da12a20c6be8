"use client";

import { useCallback, useMemo, useState } from "react";

import { fieldProblems, type Problem, problemText, toProblem } from "@/lib/problem";

import { type AgentDraft, type AgentField, changedFields, draftErrors } from "../model/agent-draft";

export interface AgentDraftState {
  agent: AgentDraft;
  updateAgent: (changes: Partial<AgentDraft>) => void;
  /** The message to show at a field: the API's rule as it is broken now, or what the server said on saving. */
  errorOf: (field: AgentField) => string | undefined;
  isValid: boolean;
  isDirty: boolean;
  isSaving: boolean;
  /** What the server said that belongs to no field. */
  refusal: string | null;
  conflict: Problem | null;
  dismissConflict: () => void;
  save: () => Promise<void>;
  reset: (baseline: AgentDraft) => void;
}

/** Saves the changed fields; rejects with what the API answered. */
export type SaveAgent = (changes: Partial<AgentDraft>, draft: AgentDraft) => Promise<void>;

const isConflict = ({ status, code }: Problem) =>
  status === 412 || (status === 409 && code === "agent_changed_meanwhile");

/** A draft, its rules, and saving it. Rules of a field are shown once it was touched or saving was tried. */
export function useAgentDraft(initial: AgentDraft, onSave: SaveAgent, isNew: boolean): AgentDraftState {
  const [baseline, setBaseline] = useState(initial);
  const [agent, setAgent] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const errors = useMemo(() => draftErrors(agent), [agent]);
  const changes = useMemo(() => changedFields(baseline, agent), [baseline, agent]);
  const said = useMemo(() => (problem ? fieldProblems(problem) : {}), [problem]);
  const isValid = Object.keys(errors).length === 0;

  const updateAgent = useCallback((update: Partial<AgentDraft>) => {
    setAgent((before) => ({ ...before, ...update }));
    setTouched((before) => new Set([...before, ...Object.keys(update)]));
    // What the server said of these fields no longer holds.
    setProblem(
      (before) =>
        before && {
          ...before,
          errors: before.errors.filter(
            ({ pointer }) => !Object.keys(update).some((field) => pointer.includes(`/${field}`)),
          ),
        },
    );
  }, []);

  const reset = useCallback((next: AgentDraft) => {
    setBaseline(next);
    setAgent(next);
    setTouched(new Set());
    setTried(false);
    setProblem(null);
  }, []);

  const save = async () => {
    setTried(true);
    if (!isValid || isSaving) return;
    setSaving(true);
    setProblem(null);
    try {
      await onSave(isNew ? agent : changes, agent);
      setBaseline(agent);
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setSaving(false);
    }
  };

  const conflict = problem && isConflict(problem) ? problem : null;
  const belongsToField = Object.keys(said).some((field) => field in agent);
  return {
    agent,
    updateAgent,
    errorOf: (field) => said[field] ?? (tried || touched.has(field) ? errors[field] : undefined),
    isValid,
    isDirty: Object.keys(changes).length > 0,
    isSaving,
    refusal:
      problem && !conflict && !belongsToField && (problem.errors.length > 0 || problem.status !== 422)
        ? problemText(problem.extra.detail ? problem.extra : problem)
        : null,
    conflict,
    dismissConflict: () => setProblem(null),
    save,
    reset,
  };
}
