"use client";

import { Pause, Play, RotateCcw, Square, Waypoints } from "lucide-react";
import { parseAsInteger, parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";

import { PageBody, PageHeader, UNKNOWN } from "@/components/layout/page";
import { Button, ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { SkeletonRows } from "@/components/ui/surface";
import type { TeamDetailOut } from "@/lib/api";
import { oneLine } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { useTeam } from "../hooks/use-team";
import { useTeamActions } from "../hooks/use-team-actions";
import { IterationView } from "./iteration-view";
import { IterationTable } from "./iteration-table";
import { NextMembers } from "./next-members";
import { TeamBadge } from "./team-badge";
import { TeamFacts } from "./team-facts";
import { TeamResult } from "./team-result";

const parent = { href: "/teams", label: "Teams" };

/** One run of a team: how far it is, every iteration with every turn, what came of it. */
export function TeamPage({ teamId }: { teamId: string }) {
  const { team, status, iterations, word, over, error } = useTeam(teamId);
  const [place, setPlace] = useQueryStates({ iteration: parseAsInteger, agent: parseAsString });
  const shown = iterations.find(({ iteration }) => iteration === place.iteration) ?? iterations.at(-1);
  if (!team.data)
    return (
      <>
        <PageHeader parent={parent} title={error ? "Team" : UNKNOWN} />
        {error ? (
          <Callout tone="bad" className="m-4" title="This team cannot be shown">
            {problemText(error)}
          </Callout>
        ) : (
          <SkeletonRows />
        )}
      </>
    );
  const run = team.data;
  return (
    <div data-testid="team" data-status={word} className="flex min-w-0 flex-col">
      <PageHeader
        parent={parent}
        title={oneLine(run.user_requirements, 90)}
        facts={<TeamBadge status={word ?? run.status} />}
        actions={<Actions run={run} word={word ?? run.status} over={over} />}
      />
      <PageBody className="flex flex-col gap-4">
        {run.error && (
          <Callout tone="bad" title={run.error.code}>
            {run.error.message}
          </Callout>
        )}
        {word === "paused" && (
          <Callout tone="warn" title="Paused">
            Turns that were open end; no others begin until the team is resumed.
          </Callout>
        )}
        <TeamFacts run={run} status={status} iterations={iterations} over={over} />
        {shown ? (
          <IterationView
            iterations={iterations}
            shown={shown}
            following={place.iteration === null}
            agent={place.agent}
            onIteration={(iteration) => void setPlace({ iteration })}
            onAgent={(agent) => void setPlace({ agent })}
          />
        ) : (
          !over && <SkeletonRows rows={3} />
        )}
        {over && run.result !== undefined && run.result !== null && <TeamResult result={run.result} />}
        {iterations.length > 0 && (
          <IterationTable
            iterations={iterations}
            shown={shown?.iteration ?? null}
            onChoose={(iteration, agent) => void setPlace({ iteration, agent })}
          />
        )}
        {!over && <NextMembers turns={iterations.at(-1)?.agents ?? []} />}
      </PageBody>
    </div>
  );
}

function Actions({ run, word, over }: { run: TeamDetailOut; word: string; over: boolean }) {
  const { pause, resume, stop } = useTeamActions(run.workflow_id);
  const [asking, setAsking] = useState(false);
  const refused = useRefusal("executions:run");
  return (
    <>
      <ButtonLink href={`/runs/${run.execution_id}`} variant="ghost">
        <Waypoints /> Trace
      </ButtonLink>
      {over && (
        <ButtonLink href={`/teams/new?again=${run.workflow_id}`} refused={refused}>
          <RotateCcw /> Start again
        </ButtonLink>
      )}
      {!over && word !== "paused" && (
        <Button refused={refused} disabled={pause.isPending} onClick={() => pause.mutate()}>
          <Pause /> Pause
        </Button>
      )}
      {!over && word === "paused" && (
        <Button variant="primary" refused={refused} disabled={resume.isPending} onClick={() => resume.mutate()}>
          <Play /> Resume
        </Button>
      )}
      {!over && (
        <Button variant="dangerGhost" refused={refused} onClick={() => setAsking(true)}>
          <Square /> Stop
        </Button>
      )}
      <ConfirmDialog
        open={asking && !over}
        onOpenChange={setAsking}
        title="Stop this team?"
        description="All turns that are open are cancelled. What was done stays; the run cannot be resumed."
        action="Stop the team"
        keep="Let it go on"
        busy={stop.isPending}
        onConfirm={() => stop.mutate(undefined, { onSettled: () => setAsking(false) })}
      />
    </>
  );
}
