"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { ModelDetails, RefusedPart, Tried } from "@/lib/api";
import { dateTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { usePermissions } from "@/lib/use-permissions";

import { modelKeys } from "../api/keys";
import { allowAddress, askInFull, tryModel } from "../api/trials";

const tones = { untried: "plain", answering: "good", failing: "bad" } as const;
const marks = { true: "can", false: "cannot", null: "could not be tried" } as const;

/** Whether a model answered when it was last asked. */
export function HealthBadge({ model }: { model: ModelDetails }) {
  const { state, answered_at, failed_at } = model.health;
  if (state === "untried") return null;
  const since = state === "failing" ? failed_at : answered_at;
  return (
    <Badge tone={tones[state]} title={since ? dateTime(since) : undefined}>
      {state === "failing" ? "failing" : "answers"}
    </Badge>
  );
}

/** How a model does: its last error, what is left out of requests, what trials have shown; and what can be done. */
export function ModelHealth({ model, mayChange }: { model: ModelDetails; mayChange: boolean }) {
  const queryClient = useQueryClient();
  const may = usePermissions();
  const [tried, setTried] = useState<Tried[] | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: modelKeys.all });
  const onError = (problem: unknown) => toast.error(problemText(problem));
  const trial = useMutation({
    mutationFn: () => {
      setTried([]);
      return tryModel(model.id, (one) => setTried((before) => [...(before ?? []), one]));
    },
    onError,
    onSettled: refresh,
  });
  const forget = useMutation({ mutationFn: () => askInFull(model.id), onSuccess: refresh, onError });
  const allow = useMutation({ mutationFn: (url: string) => allowAddress(url), onSuccess: refresh, onError });
  const { health, endpoint_url: url } = model;
  const results = trial.isPending ? (tried ?? []) : health.trial;
  return (
    <div className="mt-1 flex flex-col gap-1 text-xs text-ink-2">
      {health.state === "failing" && <p className="text-bad-ink">{health.error}</p>}
      <RefusedParts parts={health.refused} />
      <TrialResults results={results} />
      {mayChange && (
        <div className="mt-1 flex flex-wrap gap-1.5">
          <Button size="sm" disabled={trial.isPending || !model.enabled} onClick={() => trial.mutate()}>
            {trial.isPending ? "Trying…" : "Try"}
          </Button>
          {health.refused.length > 0 && (
            <Button size="sm" variant="ghost" disabled={forget.isPending} onClick={() => forget.mutate()}>
              Ask in full again
            </Button>
          )}
          {model.obstacle && url && may("users:write") && (
            <Button size="sm" disabled={allow.isPending} onClick={() => allow.mutate(url)}>
              Allow this address
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** What an endpoint refuses of requests, and until when it is left out. */
export function RefusedParts({ parts }: { parts: readonly RefusedPart[] }) {
  if (parts.length === 0) return null;
  return (
    <p>
      Left out, because its endpoint refuses it:{" "}
      {parts.map(({ part, until }, at) => (
        <span key={part} title={`until ${dateTime(until)}`}>
          {at > 0 && ", "}
          <code className="font-mono">{part}</code> until {dateTime(until)}
        </span>
      ))}
    </p>
  );
}

function TrialResults({ results }: { results: readonly Tried[] }) {
  if (results.length === 0) return null;
  return (
    <ul aria-label="What a trial has shown" className="flex flex-col gap-0.5">
      {results.map(({ name, works, words }) => (
        <li key={name}>
          <Badge tone={works === true ? "good" : works === false ? "bad" : "plain"}>
            {name.replaceAll("_", " ")}: {marks[`${works}`]}
          </Badge>{" "}
          {words}
        </li>
      ))}
    </ul>
  );
}
