"use client";

import { useQuery } from "@tanstack/react-query";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { LineDiff } from "@/components/ui/line-diff";
import { SkeletonRows } from "@/components/ui/surface";

import { getWorkflow } from "../api/get-workflow";
import { workflowKeys } from "../api/keys";
import type { WorkflowEditor } from "../hooks/use-workflow-editor";
import { contentOf } from "../model/draft";
import { contentDiff } from "../model/content-diff";

/** Somebody else has saved meanwhile: shows what differs and lets the reader choose. */
export function ConflictDialog({ workflowId, editor }: { workflowId: string; editor: WorkflowEditor }) {
  const { conflict, content, dismiss, take, save } = editor;
  const theirs = useQuery({
    queryKey: workflowKeys.fresh(workflowId, conflict?.extra.current_version),
    queryFn: () => getWorkflow(workflowId),
    enabled: conflict !== null,
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Dialog
      open={conflict !== null}
      onOpenChange={(open) => !open && dismiss()}
      title="This workflow was changed meanwhile"
      description="Somebody, or another tab of yours, has saved it since you opened it. Theirs is in red, yours in green."
      className="w-[min(44rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button variant="ghost" onClick={dismiss}>
            Go on editing
          </Button>
          <Button disabled={!theirs.data} onClick={() => theirs.data && take(theirs.data)}>
            Take theirs
          </Button>
          <Button
            variant="primary"
            disabled={!theirs.data}
            onClick={() => theirs.data && void save(theirs.data.version)}
          >
            Save mine over it
          </Button>
        </>
      }
    >
      {theirs.isFetching && <SkeletonRows rows={3} />}
      {theirs.data && <LineDiff lines={contentDiff(contentOf(theirs.data), content)} />}
    </Dialog>
  );
}
