"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Play } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Card } from "@/components/ui/surface";
import type { ExampleOut, ImportedExampleOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { queryKeys } from "@/lib/query-keys";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { importExample, tryExample } from "../api/examples";

const kinds: Record<ExampleOut["kind"], string> = { agent: "Agents", team: "Team", workflow: "Workflow" };

/** An example: what it is, who plays in it; once it is imported, the ways to its parts and what to try. */
export function ExampleCard({ example, model }: { example: ExampleOut; model: string | null }) {
  const queryClient = useQueryClient();
  const refused = useRefusal("agents:write");
  const get = useMutation({
    mutationFn: () => importExample(example.id, model),
    onSuccess: () => {
      toast.success(`${example.name} imported`);
      for (const queryKey of [queryKeys.agents, queryKeys.tools, ["workflows"]])
        void queryClient.invalidateQueries({ queryKey });
    },
  });
  return (
    <Card className="flex w-full min-w-0 flex-col gap-2 p-4">
      <h2 className="flex items-center gap-2 font-semibold">
        <span className="min-w-0 flex-1 truncate">{example.name}</span>
        <Badge tone="accent">{kinds[example.kind]}</Badge>
      </h2>
      <p className="text-sm text-ink-2">{example.description}</p>
      <p className="text-xs text-ink-3">
        {Object.values(example.parts).join(", ")}
        {example.tools.length > 0 && ` · tools: ${example.tools.join(", ")}`}
      </p>
      {get.error && (
        <Callout tone="bad" title="Not imported">
          {problemText(get.error)}
        </Callout>
      )}
      <span className="flex-1" />
      {get.data ? (
        <Imported example={example} made={get.data} />
      ) : (
        <Button className="self-start" refused={refused} disabled={get.isPending} onClick={() => get.mutate()}>
          <Download /> {get.isPending ? "Importing …" : `Import ${example.name}`}
        </Button>
      )}
    </Card>
  );
}

function Imported({ example, made }: { example: ExampleOut; made: ImportedExampleOut }) {
  const router = useRouter();
  const refused = useRefusal("executions:run");
  const begin = useMutation({
    mutationFn: () => tryExample(made),
    onError: (error) => toast.error(problemText(error)),
    onSuccess: (page) => router.push(page),
  });
  return (
    <div className="flex flex-col gap-2 border-t pt-2">
      <ul aria-label={`Parts of ${example.name}`} className="flex flex-wrap gap-x-3 gap-y-1 text-sm">
        {made.workflow_id !== null && (
          <li>
            <Link href={`/workflows/${made.workflow_id}`} className="text-accent-ink hover:underline">
              The workflow
            </Link>
          </li>
        )}
        {Object.entries(made.agents).map(([part, id]) => (
          <li key={part}>
            <Link href={`/agents/${id}`} className="text-accent-ink hover:underline">
              {example.parts[part] ?? part}
            </Link>
          </li>
        ))}
      </ul>
      <Button
        variant="primary"
        className="self-start"
        refused={refused}
        disabled={begin.isPending}
        onClick={() => begin.mutate()}
      >
        <Play /> Try it
      </Button>
    </div>
  );
}
