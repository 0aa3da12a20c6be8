"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { type FormEvent, useState } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { NotPermitted } from "@/components/ui/read-only";
import { Card, SkeletonRows } from "@/components/ui/surface";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { modelNamesQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { start } from "../api/actions";
import { teamKeys } from "../api/keys";
import { teamQuery } from "../api/teams";
import { bodyOf, draftOf, emptyTeam, type TeamDraft, teamErrors } from "../model/team-draft";
import { MembersCard } from "./members-card";

/** Set a team to work: what is required, how long it goes on, who takes part. */
export function NewTeam() {
  const [again] = useQueryState("again", parseAsString);
  const before = useQuery({ ...teamQuery(again ?? ""), enabled: again !== null });
  const refused = useRefusal("executions:run");
  const ready = again === null || before.data || before.error;
  return (
    <>
      <PageHeader parent={{ href: "/teams", label: "Teams" }} title="Start a team" />
      {refused !== undefined ? (
        <NotPermitted reason={refused} />
      ) : (
        <PageBody className="grid max-w-7xl items-start gap-4 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
          {ready ? <TeamForm initial={before.data ? draftOf(before.data) : emptyTeam} /> : <SkeletonRows />}
          <MembersCard title="Who takes part" />
        </PageBody>
      )}
    </>
  );
}

function TeamForm({ initial }: { initial: TeamDraft }) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const models = useQuery(modelNamesQuery());
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const begin = useMutation({
    mutationFn: () => start(bodyOf(draft)),
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: teamKeys.list });
      toast.success("The team is at work");
      router.push(`/teams/${id}`);
    },
  });
  const errors = teamErrors(draft);
  const said = begin.error ? problemsUnder(toProblem(begin.error), "") : {};
  const errorOf = (pointer: string) => said[pointer] ?? (tried ? errors[pointer] : undefined);
  const change = (update: Partial<TeamDraft>) => {
    setDraft((old) => ({ ...old, ...update }));
    if (begin.error) begin.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusInvalid(event.currentTarget);
    if (Object.keys(errors).length === 0) begin.mutate();
  };
  const rounds = "/configuration/max_iterations";
  const stable = "/configuration/stability_threshold";
  const model = "/configuration/coordinator_model";
  return (
    <Card className="p-4">
      <form onSubmit={submit} noValidate aria-label="Team" className="flex flex-col gap-4">
        <Field id="team-requirements" label="Requirements" required error={errorOf("/user_requirements")}>
          <Textarea
            {...fieldAria("team-requirements", errorOf("/user_requirements"))}
            value={draft.requirements}
            autoFocus
            className="min-h-36"
            placeholder="Design a small drone that carries 500 g for 30 minutes."
            onChange={(event) => change({ requirements: event.target.value })}
          />
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            id="team-rounds"
            label="Iterations at most"
            error={errorOf(rounds)}
            tip="In each iteration every agent has one turn, at most."
          >
            <Input
              {...fieldAria("team-rounds", errorOf(rounds))}
              inputMode="numeric"
              value={draft.maxIterations}
              onChange={(event) => change({ maxIterations: event.target.value })}
            />
          </Field>
          <Field
            id="team-stable"
            label="Stable after"
            error={errorOf(stable)}
            hint="Iterations in which no output changed"
            tip="The team has finished when no agent's output has changed for so many iterations."
          >
            <Input
              {...fieldAria("team-stable", errorOf(stable))}
              inputMode="numeric"
              value={draft.stability}
              onChange={(event) => change({ stability: event.target.value })}
            />
          </Field>
        </div>
        <Field
          id="team-model"
          label="Coordinator's model"
          error={errorOf(model)}
          tip="The coordinator directs the agents in each iteration, and says when the project is complete."
        >
          <Input
            {...fieldAria("team-model", errorOf(model))}
            value={draft.model}
            list="team-models"
            placeholder="The server's default"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => change({ model: event.target.value })}
          />
          <datalist id="team-models">
            {(models.data ?? []).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </Field>
        {begin.error && Object.keys(said).length === 0 && (
          <Callout tone="bad" title="Not started">
            {problemText(begin.error)}
          </Callout>
        )}
        <Button type="submit" variant="primary" disabled={begin.isPending} className="self-start">
          <Play /> {begin.isPending ? "Starting …" : "Start the team"}
        </Button>
      </form>
    </Card>
  );
}
