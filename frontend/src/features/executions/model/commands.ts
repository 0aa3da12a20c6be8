import { queryOptions } from "@tanstack/react-query";

import { listExecutions } from "@/lib/api";
import { commandSource } from "@/lib/feature";
import { oneLine } from "@/lib/format";

import { executionKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: executionKeys.recent(RECENT),
    queryFn: async ({ signal }) =>
      (await listExecutions({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest runs by their question. */
export const runCommands = commandSource(recentQuery, ({ executions }) =>
  executions.map(({ id, query, agent_name, status }) => ({
    id,
    group: "Runs",
    label: oneLine(query, 80),
    words: agent_name,
    hint: status,
    href: `/runs/${id}`,
  })),
);
