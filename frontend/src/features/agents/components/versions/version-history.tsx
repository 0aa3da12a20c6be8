"use client";

import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import { shownPlace, VersionList } from "@/components/ui/version-list";
import type { AgentOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { agentVersionsQuery } from "../../api/list-agent-versions";
import { useAgentActions } from "../../hooks/use-agent-actions";
import { draftOf } from "../../model/agent-draft";
import { configurationDiff } from "../../model/configuration-diff";
import { FieldDiffs } from "./field-diffs";

/** Every version of the configuration: what each changed, how it differs from now, and the way back. */
export function VersionHistory({ agent }: { agent: AgentOut }) {
  const { data, error, isPending } = useQuery(agentVersionsQuery(agent.id));
  const { restore } = useAgentActions();
  const [chosen, setChosen] = useState<number | null>(null);
  const refused = useRefusal("agents:write");
  if (isPending) return <SkeletonRows />;
  if (error)
    return (
      <Callout tone="bad" className="m-4">
        {problemText(error)}
      </Callout>
    );
  const { versions } = data;
  const place = shownPlace(versions, chosen, agent.version);
  const shown = versions[place];
  const before = versions[place + 1];
  if (!shown) return null;
  const isCurrent = shown.version === agent.version;
  const own = before ? configurationDiff(draftOf(before.configuration), draftOf(shown.configuration)) : [];
  return (
    <div className="grid min-w-0 gap-4 p-4 md:grid-cols-[13rem_minmax(0,1fr)]">
      <VersionList versions={versions} current={agent.version} shown={shown.version} onChoose={setChosen} />
      <div className="flex min-w-0 flex-col gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="flex-1 text-base font-semibold">Version {shown.version}</h2>
          {!isCurrent && (
            <Button
              disabled={restore.isPending}
              refused={refused}
              onClick={() =>
                restore.mutate({ id: agent.id, version: shown.version }, { onSuccess: () => setChosen(null) })
              }
            >
              <History /> Restore this version
            </Button>
          )}
        </div>
        <section>
          <h3 className="mb-2 text-2xs font-semibold tracking-wide text-ink-3 uppercase">
            {before ? `Changed since version ${before.version}` : "The beginning"}
          </h3>
          <FieldDiffs
            diffs={own}
            empty={before ? "Nothing that this page shows." : "The agent was created with this version."}
          />
        </section>
        {!isCurrent && (
          <section>
            <h3 className="mb-2 text-2xs font-semibold tracking-wide text-ink-3 uppercase">
              What restoring it would change
            </h3>
            <FieldDiffs
              diffs={configurationDiff(draftOf(agent), draftOf(shown.configuration))}
              empty="Nothing: it is the same as the current version."
            />
          </section>
        )}
      </div>
    </div>
  );
}
