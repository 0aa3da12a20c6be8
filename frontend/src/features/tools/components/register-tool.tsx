"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { NotPermitted } from "@/components/ui/read-only";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import { focusInvalid } from "@/lib/focus-invalid";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { toolKeys } from "../api/keys";
import { registerTool } from "../api/register-tool";
import { useToolDraft } from "../hooks/use-tool-draft";
import { emptyTool, toToolBody } from "../model/tool-draft";
import { SandboxNote } from "./sandbox-note";
import { ToolFields } from "./tool-fields";

/** Register New Tool: name, description, source; what the screen objects to is shown at its line. */
export function RegisterTool() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const refused = useRefusal("tools:write");
  const state = useToolDraft(emptyTool, async (draft) => {
    const { name } = await registerTool(toToolBody(draft));
    await queryClient.invalidateQueries({ queryKey: toolKeys.all });
    toast.success(`${name} registered`);
    router.push(`/tools?tool=${encodeURIComponent(name)}`);
  });
  return (
    <>
      <PageHeader
        parent={{ href: "/tools", label: "Tools" }}
        title="Register new tool"
        description="An async Python function becomes a tool: its signature is the schema, its docstring explains it. It runs in a sandbox, never in the server."
      />
      {refused !== undefined && <NotPermitted reason={refused} />}
      <PageBody className={refused === undefined ? "max-w-4xl" : "hidden"}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            state.save();
            focusInvalid(event.currentTarget);
          }}
          noValidate
          aria-label="New tool"
          className="flex flex-col gap-4"
        >
          <ToolFields draft={state.draft} findings={state.findings} errorOf={state.errorOf} onChange={state.change} />
          {state.refusal && (
            <Callout tone="bad" title="Not registered">
              {state.refusal}
            </Callout>
          )}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" variant="primary" disabled={state.isSaving}>
              {state.isSaving ? "Screening …" : "Register tool"}
            </Button>
            <SandboxNote />
          </div>
        </form>
      </PageBody>
      <UnsavedGuard dirty={state.isDirty && !state.isSaving} />
    </>
  );
}
