"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { agentsQuery } from "@/lib/queries";

import { workflowNamesQuery } from "../api/list-workflows";

/** The names of the caller's agents and workflows, by id. */
export function useNames(): ReadonlyMap<string, string> {
  const agents = useQuery(agentsQuery()).data?.agents;
  const workflows = useQuery(workflowNamesQuery()).data?.workflows;
  return useMemo(
    () =>
      new Map([
        ...(agents ?? []).map(({ id, name, display_name }) => [id, display_name || name] as const),
        ...(workflows ?? []).map(({ id, name }) => [id, name] as const),
      ]),
    [agents, workflows],
  );
}
