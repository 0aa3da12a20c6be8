"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";

import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { IconButton } from "@/components/ui/icon-button";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useNow } from "@/lib/use-now";

import { identityKeys } from "../api/keys";
import { endSession, sessionsQuery } from "../api/sessions";
import { deviceName } from "../model/device-name";
import { Part } from "./part";

/** Where one is signed in; each but this one can be ended from here. */
export function Sessions() {
  const queryClient = useQueryClient();
  const { data } = useQuery(sessionsQuery());
  const now = useNow(30_000);
  const end = useMutation({
    mutationFn: endSession,
    onError: (problem) => toast.error(problemText(problem)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: identityKeys.sessions }),
  });
  return (
    <Part title="Sessions">
      <ul className="flex flex-col divide-y text-sm">
        {data?.sessions.map((session) => (
          <li key={session.id} className="flex min-h-10 items-center gap-2 py-1">
            <div className="min-w-0 flex-1" title={session.user_agent}>
              <p className="truncate">{deviceName(session.user_agent)}</p>
              <p className="truncate text-xs text-ink-3">
                {session.address}, used <Ago at={session.last_used_at} now={now} />
              </p>
            </div>
            {session.current ? (
              <Badge tone="good">this one</Badge>
            ) : (
              <IconButton
                label={`End the session from ${session.address}`}
                variant="dangerGhost"
                disabled={end.isPending}
                onClick={() => end.mutate(session.id)}
              >
                <LogOut />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}
