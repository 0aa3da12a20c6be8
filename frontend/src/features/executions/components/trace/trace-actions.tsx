"use client";

import { Ban, Ellipsis, Link2, RotateCcw, StepForward, Terminal, Download } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { saveFile } from "@/lib/save-file";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";
import { useSession } from "@/lib/use-session";

import { useExecutionActions } from "../../hooks/use-execution-actions";
import { curlFollow, curlRun, curlStart } from "../../model/code";
import { isOver, type Trace } from "../../model/trace";
import { runKind } from "../../model/trace-rows";

/** Cancel, run again, share, copy as curl, download. */
export function TraceActions({
  trace,
  compact = false,
  onStarted,
}: {
  trace: Trace;
  compact?: boolean;
  onStarted: (executionId: string) => void;
}) {
  const { cancel, repeat } = useExecutionActions(onStarted);
  const refused = useRefusal("executions:run");
  const { user } = useSession();
  const origin = typeof window === "undefined" ? "" : window.location.origin;
  const place = { origin, keyed: user !== null };
  const { executionId, agentId, query } = trace;
  const copy = (text: string, what: string) =>
    void navigator.clipboard.writeText(text).then(
      () => toast.success(`${what} copied`),
      () => toast.error("The browser did not allow copying"),
    );
  return (
    <>
      {isOver(trace) ? (
        <Button
          size={compact ? "sm" : "md"}
          disabled={repeat.isPending}
          refused={refused}
          onClick={() => repeat.mutate({ id: executionId, kind: "replay" })}
        >
          <RotateCcw /> Run again
        </Button>
      ) : (
        <Button
          size={compact ? "sm" : "md"}
          variant="dangerGhost"
          className="border border-line-strong"
          disabled={cancel.isPending || executionId === ""}
          refused={refused}
          onClick={() => cancel.mutate(executionId)}
        >
          <Ban /> {cancel.isPending ? "Cancelling …" : "Cancel"}
        </Button>
      )}
      <Menu
        trigger={
          <Button size="icon" className={compact ? "size-7" : "size-8"} aria-label="More actions">
            <Ellipsis />
          </Button>
        }
      >
        {trace.status === "failed" && refused === undefined && (
          <MenuItem onSelect={() => repeat.mutate({ id: executionId, kind: "retry" })}>
            <StepForward /> Retry the failed step
          </MenuItem>
        )}
        <MenuItem onSelect={() => copy(compact ? `${origin}/executions/${executionId}` : window.location.href, "Link")}>
          <Link2 /> {compact ? "Copy link to this run" : "Copy link to this view"}
        </MenuItem>
        {runKind(trace) === "agent" && (
          <>
            <MenuItem onSelect={() => copy(curlRun(place, agentId, query), "Command")}>
              <Terminal /> Copy as curl: run and stream
            </MenuItem>
            <MenuItem onSelect={() => copy(curlStart(place, agentId, query), "Command")}>
              <Terminal /> Copy as curl: start in the background
            </MenuItem>
          </>
        )}
        <MenuItem onSelect={() => copy(curlFollow(place, executionId), "Command")}>
          <Terminal /> Copy as curl: follow this trace
        </MenuItem>
        <MenuItem
          onSelect={() => saveFile(`${executionId}.json`, JSON.stringify(trace.events, null, 2), "application/json")}
        >
          <Download /> Download events
        </MenuItem>
      </Menu>
    </>
  );
}
