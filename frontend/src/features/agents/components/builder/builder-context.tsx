"use client";

import { createContext, useContext } from "react";

import type { ToolOut } from "@/lib/api";

import type { AgentDraftState } from "../../hooks/use-agent-draft";

export interface AgentBuilderContextValue extends AgentDraftState {
  availableTools: readonly ToolOut[];
  knownModels: readonly string[];
  isNew: boolean;
}

export const AgentBuilderContext = createContext<AgentBuilderContextValue | null>(null);

/** What the parts of an AgentBuilder share. */
export function useAgentBuilder(): AgentBuilderContextValue {
  const value = useContext(AgentBuilderContext);
  if (!value) throw new Error("this part stands outside an AgentBuilder");
  return value;
}
