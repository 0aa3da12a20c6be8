"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { openEventStream } from "@/lib/event-stream";
import { authorizedFetch } from "@/lib/session";

import { teamKeys } from "../api/keys";
import { iterationsQuery, teamQuery, teamStatusQuery } from "../api/teams";
import { eventType, isOver } from "../model/team-status";

const REFRESH_MS = 300;
/** After these the numbers of a run are others than before. */
const TELLING = new Set(["task_start", "task_end", "pause", "continue", "complete", "error", "cancelled"]);
const TERMINAL = new Set(["complete", "error", "cancelled"]);

/** A run of a team, live: each turn that begins or ends in its trace has its numbers asked again, once for a burst. */
export function useTeam(id: string) {
  const queryClient = useQueryClient();
  const team = useQuery(teamQuery(id));
  const status = useQuery(teamStatusQuery(id));
  const iterations = useQuery(iterationsQuery(id));
  const executionId = team.data?.execution_id;
  const word = status.data?.status ?? team.data?.status;
  const over = word !== undefined && isOver(word);
  useEffect(() => {
    if (executionId === undefined || over) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      void queryClient.invalidateQueries({ queryKey: teamKeys.run(id) });
    };
    const stream = openEventStream({
      url: `/api/v1/executions/${encodeURIComponent(executionId)}/stream`,
      fetch: authorizedFetch,
      onMessage: ({ data }) => {
        const type = eventType(data);
        if (TELLING.has(type)) timer ??= setTimeout(refresh, REFRESH_MS);
        return TERMINAL.has(type);
      },
      onState: () => undefined,
    });
    return () => {
      // What was told last is asked for, too: the end of the run closes the stream at once.
      if (timer !== undefined) {
        clearTimeout(timer);
        refresh();
      }
      stream.close();
    };
  }, [queryClient, id, executionId, over]);
  return {
    team,
    status: status.data,
    iterations: iterations.data ?? [],
    word,
    over,
    error: team.error ?? status.error,
  };
}
