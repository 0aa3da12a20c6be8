"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import type { WorkflowOut } from "@/lib/api";
import { type Problem, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { changeWorkflow } from "../api/change-workflow";
import { workflowQuery } from "../api/get-workflow";
import { workflowKeys } from "../api/keys";
import { bodyOf, type Content, contentOf, sameContent } from "../model/draft";
import { type Clip, clipOf, paste, removeEdges, removeNodes } from "../model/edit";
import { beginning, changed, redone, undone } from "../model/history";

export interface Selection {
  nodes: readonly string[];
  edges: readonly string[];
}

const nothing: Selection = { nodes: [], edges: [] };
// Outside the component: what was copied in one workflow can be pasted into another.
let clipboard: Clip | null = null;

/** A change of the content; `about` joins further changes of the same thing into one step back. */
export type Change = (edit: (content: Content) => Content, about?: string) => void;

export interface WorkflowEditor {
  content: Content;
  version: number;
  change: Change;
  selection: Selection;
  select: (selection: Partial<Selection>) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  copy: () => void;
  paste: () => void;
  removeSelected: () => void;
  isDirty: boolean;
  isSaving: boolean;
  /** Save everything in one request; whether it was stored. `over` is the version to replace after a conflict. */
  save: (over?: number) => Promise<boolean>;
  refusal: Problem | null;
  conflict: Problem | null;
  dismiss: () => void;
  /** Put another content in the place of this one, as the given version has it. */
  take: (workflow: WorkflowOut) => void;
}

/** A workflow being edited: its content with a way back, what is chosen, and saving it. */
export function useWorkflowEditor(workflow: WorkflowOut): WorkflowEditor {
  const queryClient = useQueryClient();
  const [base, setBase] = useState(() => ({ version: workflow.version, content: contentOf(workflow) }));
  const [history, setHistory] = useState(() => beginning(base.content));
  const [selection, setSelection] = useState<Selection>(nothing);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const content = history.present;
  const isDirty = useMemo(() => !sameContent(base.content, content), [base, content]);

  const take = useCallback((stored: WorkflowOut) => {
    const next = contentOf(stored);
    setBase({ version: stored.version, content: next });
    setHistory((before) => changed(before, next));
    setSelection(nothing);
    setProblem(null);
  }, []);
  // Another version is current, and nothing of ours would be lost: it was restored, or saved elsewhere.
  if (workflow.version > base.version && !isDirty && !isSaving) take(workflow);

  const change = useCallback<Change>((edit, about) => {
    setHistory((before) => changed(before, edit(before.present), about ?? null));
  }, []);
  const select = useCallback((next: Partial<Selection>) => setSelection({ ...nothing, ...next }), []);

  const save = async (over?: number) => {
    if (isSaving) return false;
    setSaving(true);
    setProblem(null);
    try {
      const saved = await changeWorkflow(workflow.id, over ?? base.version, bodyOf(content));
      const stored = contentOf(saved);
      setBase({ version: saved.version, content: stored });
      // The server has made the ids of tasks; what was typed meanwhile stays.
      setHistory((before) => (before.present === content ? { ...before, present: stored, about: null } : before));
      queryClient.setQueryData(workflowQuery(workflow.id).queryKey, saved);
      toast.success(`${saved.name} saved as version ${saved.version}`);
      void queryClient.invalidateQueries({ queryKey: workflowKeys.all });
      return true;
    } catch (error) {
      const refused = toProblem(error);
      setProblem(refused);
      if (refused.status !== 412) toast.error(problemText(error));
      return false;
    } finally {
      setSaving(false);
    }
  };

  return {
    content,
    version: base.version,
    change,
    selection: useMemo(() => present(selection, content), [selection, content]),
    select,
    undo: useCallback(() => setHistory(undone), []),
    redo: useCallback(() => setHistory(redone), []),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    copy: () => {
      if (selection.nodes.length > 0) clipboard = clipOf(content, selection.nodes);
    },
    paste: () => {
      if (!clipboard) return;
      const [next, nodes] = paste(content, clipboard);
      change(() => next);
      select({ nodes });
    },
    removeSelected: () => {
      change((before) => removeEdges(removeNodes(before, selection.nodes), selection.edges));
      select({});
    },
    isDirty,
    isSaving,
    save,
    refusal: problem && problem.status !== 412 ? problem : null,
    conflict: problem?.status === 412 ? problem : null,
    dismiss: useCallback(() => setProblem(null), []),
    take,
  };
}

/** What of a selection is still there. */
function present({ nodes, edges }: Selection, content: Content): Selection {
  const knownNodes = new Set(content.nodes.map(({ id }) => id));
  const knownEdges = new Set(content.edges.map(({ id }) => id));
  return { nodes: nodes.filter((id) => knownNodes.has(id)), edges: edges.filter((id) => knownEdges.has(id)) };
}
