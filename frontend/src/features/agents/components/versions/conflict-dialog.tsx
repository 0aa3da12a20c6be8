"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";

import { agentKeys } from "../../api/keys";
import type { AgentDraft } from "../../model/agent-draft";
import { changedFields } from "../../model/agent-draft";
import { configurationDiff } from "../../model/configuration-diff";
import { useAgentBuilder } from "../builder/builder-context";
import { FieldDiffs } from "./field-diffs";

export interface ConflictDialogProps {
  loadCurrent: () => Promise<AgentDraft>;
  onOverwrite: (changes: Partial<AgentDraft>) => Promise<void>;
}

/** Somebody else has saved meanwhile: shows what differs and lets the reader choose. */
export function ConflictDialog({ loadCurrent, onOverwrite }: ConflictDialogProps) {
  const { agent, conflict, dismissConflict, reset } = useAgentBuilder();
  const [failure, setFailure] = useState<string | null>(null);
  const theirs = useQuery({
    queryKey: agentKeys.conflict(conflict?.extra.current_version),
    queryFn: loadCurrent,
    enabled: conflict !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const takeTheirs = () => theirs.data && reset(theirs.data);
  const keepMine = async () => {
    if (!theirs.data) return;
    try {
      await onOverwrite(changedFields(theirs.data, agent));
      reset(agent);
    } catch (error) {
      setFailure(problemText(error));
    }
  };
  return (
    <Dialog
      open={conflict !== null}
      onOpenChange={(open) => !open && dismissConflict()}
      title="This agent was changed meanwhile"
      description="Somebody, or another tab of yours, has saved it since you opened it. Theirs is in red, yours in green."
      className="w-[min(44rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button variant="ghost" onClick={dismissConflict}>
            Go on editing
          </Button>
          <Button disabled={!theirs.data} onClick={takeTheirs}>
            Take theirs
          </Button>
          <Button variant="primary" disabled={!theirs.data} onClick={() => void keepMine()}>
            Save mine over it
          </Button>
        </>
      }
    >
      {failure && <Callout tone="bad">{failure}</Callout>}
      {theirs.isPending && <SkeletonRows rows={3} />}
      {theirs.data && (
        <FieldDiffs
          diffs={configurationDiff(theirs.data, agent)}
          empty="Both say the same: nothing is lost either way."
        />
      )}
    </Dialog>
  );
}
