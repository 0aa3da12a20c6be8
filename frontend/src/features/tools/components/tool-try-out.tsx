"use client";

import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";

import { FailurePlace, placeOf } from "@/components/failure-place";
import { SchemaForm } from "@/components/schema-form/schema-form";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy-button";
import { CodeBlock, JsonView } from "@/components/ui/json-view";
import type { ToolOut } from "@/lib/api";
import { duration } from "@/lib/format";
import { focusInvalid } from "@/lib/focus-invalid";
import type { JsonSchema } from "@/lib/json-schema";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { draftOf, formNode, readDraft } from "@/lib/schema-draft";
import { useRefusal } from "@/lib/use-permissions";

import { executeTool } from "../api/execute-tool";

/** A form made from the tool's schema, and what a call gives. */
export function ToolTryOut({ tool }: { tool: ToolOut }) {
  const schema = tool.parameters as JsonSchema;
  const form = useMemo(() => formNode(schema), [schema]);
  const [draft, setDraft] = useState(() => draftOf(form));
  const [tried, setTried] = useState(false);
  const refused = useRefusal("tools:run");
  const call = useMutation({ mutationFn: (args: Record<string, unknown>) => executeTool(tool.name, args) });
  const read = readDraft(form, draft);
  const said = call.error ? problemsUnder(toProblem(call.error), "/arguments") : {};
  const errors = tried ? { ...said, ...read.errors } : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    focusInvalid(event.currentTarget);
    setTried(true);
    if (Object.keys(read.errors).length === 0) call.mutate(read.value as Record<string, unknown>);
  };
  const curl = () => {
    const body = JSON.stringify({ name: tool.name, arguments: read.value });
    return `curl -X POST '${window.location.origin}/api/v1/tools/execute' -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        <SchemaForm
          schema={schema}
          draft={draft}
          errors={errors}
          naming="names"
          empty="This tool takes no arguments."
          onChange={(next) => {
            setDraft(next);
            if (call.error) call.reset();
          }}
        />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={call.isPending} refused={refused}>
            <Play /> {call.isPending ? "Running …" : "Run tool"}
          </Button>
          <CopyButton label="Copy as curl" text={curl} variant="ghost">
            Copy as curl
          </CopyButton>
        </div>
      </form>
      {call.error && Object.keys(said).length === 0 && <CallFailure error={call.error} />}
      {call.data && (
        <div role="status" className="flex min-w-0 flex-col gap-1.5" data-testid="tool-result">
          <p className="nums text-xs text-ink-3">
            Result after {duration(call.data.duration_ms)}
            {call.data.peak_memory_kb ? `, ${(call.data.peak_memory_kb / 1024).toFixed(1)} MB at most` : ""}
          </p>
          {typeof call.data.result === "string" ? (
            <CodeBlock text={call.data.result} label="Result" />
          ) : (
            <JsonView value={call.data.result} label="Result" />
          )}
          {call.data.logs && <CodeBlock text={call.data.logs} label="Printed" />}
        </div>
      )}
    </div>
  );
}

/** Why a call failed: in words, where in the source, and what was printed before. */
function CallFailure({ error }: { error: unknown }) {
  const problem = toProblem(error);
  const { logs } = problem.extra;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <Callout tone="bad" title={problem.code || "The call failed"}>
        {problemText(error)}
      </Callout>
      <FailurePlace place={placeOf(problem.extra)} />
      {typeof logs === "string" && logs !== "" && <CodeBlock text={logs} label="Printed" />}
    </div>
  );
}
