"use client";

import { useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import type { ToolOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { focusInvalid } from "@/lib/focus-invalid";
import { toast } from "@/lib/toast";

import { toolQuery } from "../api/get-tool";
import { updateTool } from "../api/update-tool";
import { useToolActions } from "../hooks/use-tool-actions";
import { useToolDraft } from "../hooks/use-tool-draft";
import { changesOf, draftOf } from "../model/tool-draft";
import { SandboxNote } from "./sandbox-note";
import { ToolFields } from "./tool-fields";

/** The form of a registered tool; saving makes its next version. Make it anew for each version that is loaded. */
export function EditTool({ tool }: { tool: ToolOut }) {
  const queryClient = useQueryClient();
  const { keep } = useToolActions(tool.name);
  const initial = draftOf(tool);
  const put = async (version: number, draft: typeof initial) => {
    const saved = await updateTool(tool.name, version, changesOf(initial, draft));
    toast.success(`${saved.name} saved as version ${saved.version}`);
    await keep(saved);
  };
  const state = useToolDraft(initial, (draft) => put(tool.version, draft));
  const newer = Number(state.conflict?.extra.current_version) || null;
  const reload = () => queryClient.invalidateQueries({ queryKey: toolQuery(tool.name).queryKey });
  const { policy } = tool;
  const granted = (policy?.network?.length ?? 0) + (policy?.secrets?.length ?? 0) > 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        state.save();
        focusInvalid(event.currentTarget);
      }}
      noValidate
      aria-label={`Edit ${tool.name}`}
      className="flex min-w-0 flex-col gap-4"
    >
      <ToolFields
        named
        draft={state.draft}
        findings={state.findings}
        errorOf={state.errorOf}
        onChange={state.change}
        grantsOpen={granted}
      />
      {state.refusal && (
        <Callout tone="bad" title="Not saved">
          {state.refusal}
        </Callout>
      )}
      {newer !== null && (
        <Callout
          tone="warn"
          title={`There is a version ${newer} by now`}
          action={
            <span className="flex flex-wrap gap-2">
              <Button size="sm" onClick={() => void reload()}>
                Take theirs
              </Button>
              <Button
                size="sm"
                variant="primary"
                onClick={() => void put(newer, state.draft).catch((error: unknown) => toast.error(problemText(error)))}
              >
                Save mine over it
              </Button>
            </span>
          }
        >
          Somebody, or another tab of yours, has saved the tool since you opened it. Both stay among its versions.
        </Callout>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant="primary" disabled={state.isSaving || !state.isDirty}>
          {state.isSaving ? "Screening …" : "Save as a new version"}
        </Button>
        {state.isDirty && (
          <Button variant="ghost" onClick={state.discard}>
            Discard changes
          </Button>
        )}
        <SandboxNote className="ml-auto" />
      </div>
      <UnsavedGuard dirty={state.isDirty && !state.isSaving} />
    </form>
  );
}
