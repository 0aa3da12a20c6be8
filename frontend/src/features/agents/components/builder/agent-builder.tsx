"use client";

import type { ReactNode } from "react";

import { ReadOnly } from "@/components/ui/read-only";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import type { ToolOut } from "@/lib/api";
import { focusInvalid } from "@/lib/focus-invalid";

import { type SaveAgent, useAgentDraft } from "../../hooks/use-agent-draft";
import { type AgentDraft, emptyDraft } from "../../model/agent-draft";
import { AgentTools } from "./builder-agent-tools";
import { BasicInfo } from "./builder-basic-info";
import { AgentBuilderContext } from "./builder-context";
import { Instructions } from "./builder-instructions";
import { Knowledge } from "./builder-knowledge";
import { Limits } from "./builder-limits";
import { Others } from "./builder-others";
import { Model } from "./builder-model";
import { Preview } from "./builder-preview";
import { SaveBar } from "./builder-save-bar";
import { Templates } from "./builder-templates";
import { Tools } from "./builder-tools";
import { ConflictDialog } from "../versions/conflict-dialog";

export interface AgentBuilderProps {
  /** The agent to change; none: a new one. */
  initial?: AgentDraft;
  availableTools: readonly ToolOut[];
  knownModels?: readonly string[];
  /** Store the changed fields (all of them for a new agent). A rejection is shown at the fields it names. */
  onSave: SaveAgent;
  /** What is stored now, when somebody else has changed it meanwhile. */
  loadCurrent?: () => Promise<AgentDraft>;
  /** Why the one who looks may not change it: the form then shows, and does not save. */
  refused?: string | undefined;
  /** Store all changes over what somebody else has stored. */
  onOverwrite?: (changes: Partial<AgentDraft>) => Promise<void>;
  children: ReactNode;
}

function Builder({
  initial,
  availableTools,
  knownModels = [],
  onSave,
  refused,
  loadCurrent,
  onOverwrite,
  children,
}: AgentBuilderProps) {
  const isNew = initial === undefined;
  const state = useAgentDraft(initial ?? emptyDraft, onSave, isNew);
  return (
    <AgentBuilderContext value={{ ...state, availableTools, knownModels, isNew }}>
      <form
        aria-label={isNew ? "New agent" : "Agent"}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          void state.save().then(() => focusInvalid(form));
        }}
        className="flex flex-col"
      >
        <ReadOnly reason={refused} className="m-4 md:mx-5">
          {children}
        </ReadOnly>
      </form>
      <UnsavedGuard dirty={state.isDirty && !state.isSaving} />
      {loadCurrent && onOverwrite && <ConflictDialog loadCurrent={loadCurrent} onOverwrite={onOverwrite} />}
    </AgentBuilderContext>
  );
}

/** The form of an agent, put together from its parts; they share `agent`, `updateAgent`, `availableTools` and `isValid`. */
export const AgentBuilder = Object.assign(Builder, {
  Templates,
  BasicInfo,
  Instructions,
  Model,
  Tools,
  AgentTools,
  Knowledge,
  Limits,
  Others,
  Preview,
  SaveBar,
});
