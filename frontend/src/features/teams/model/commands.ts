import { queryOptions } from "@tanstack/react-query";

import { listTeams } from "@/lib/api";
import { commandSource } from "@/lib/feature";
import { oneLine } from "@/lib/format";

import { teamKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: teamKeys.recent(RECENT),
    queryFn: async ({ signal }) => (await listTeams({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest runs of teams by what was required. */
export const teamCommands = commandSource(recentQuery, ({ workflows }) =>
  workflows.map(({ workflow_id, user_requirements, status }) => ({
    id: `team-${workflow_id}`,
    group: "Teams",
    label: oneLine(user_requirements, 80),
    words: `${workflow_id} team`,
    hint: status,
    href: `/teams/${workflow_id}`,
  })),
);
