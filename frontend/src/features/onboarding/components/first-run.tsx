"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Check } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { Button, buttonStyles } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { LogoMark } from "@/components/ui/logo";
import { Card } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { problemText } from "@/lib/problem";
import { queryKeys } from "@/lib/query-keys";
import { useRefusal } from "@/lib/use-permissions";

import { createDemoAgent } from "../api/create-demo-agent";
import { demoAgent, demoQuestion } from "../model/demo";

export interface FirstRunProps {
  /** The demo agent when it is there already. */
  agentId: string | null;
  /** The run once it was started. */
  executionId: string | null;
  /** Whether there is a trace to watch, be it of a run that is only asked for. */
  watching: boolean;
  onAgent: (agentId: string) => void;
  /** Ask the agent; resolves once the question is accepted. */
  onAsk: (agentId: string, query: string) => Promise<unknown>;
  onFinish: () => void;
  /** The live trace of the run. */
  trace: ReactNode;
}

/** Three steps to a first trace: make the agent, ask it, watch it. */
export function FirstRun({ agentId, executionId, watching, onAgent, onAsk, onFinish, trace }: FirstRunProps) {
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: createDemoAgent,
    onSuccess: (agent) => {
      onAgent(agent.id);
      void queryClient.invalidateQueries({ queryKey: queryKeys.agents });
    },
  });
  const ask = useMutation({ mutationFn: (id: string) => onAsk(id, demoQuestion) });
  const refusedToMake = useRefusal("agents:write");
  const refusedToAsk = useRefusal("executions:run");
  const step = executionId ? 3 : agentId ? 2 : 1;
  const error = create.error ?? ask.error;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="mx-auto w-full max-w-3xl px-4 pt-8 pb-4">
        <div className="mb-5 flex items-center gap-3">
          <LogoMark className="size-10" />
          <div>
            <h1 className="text-xl font-semibold">Build an agent, run it, watch it think</h1>
            <p className="text-ink-2">Three steps, less than a minute, no key needed.</p>
          </div>
        </div>
        {error && (
          <Callout tone="bad" className="mb-3" title="That did not work">
            {problemText(error)}
          </Callout>
        )}
        <ol className="flex flex-col gap-2">
          <Step
            number={1}
            at={step}
            title="Create the demo agent"
            text={`${demoAgent.name}: two tools, one sentence of instructions.`}
          >
            <Button
              variant="primary"
              disabled={create.isPending}
              refused={refusedToMake}
              onClick={() => create.mutate()}
            >
              {create.isPending ? "Creating …" : "Create the agent"}
            </Button>
          </Step>
          <Step number={2} at={step} title="Ask it something that needs both tools" text={`“${demoQuestion}”`}>
            <Button
              variant="primary"
              disabled={ask.isPending}
              refused={refusedToAsk}
              onClick={() => agentId && ask.mutate(agentId)}
            >
              {ask.isPending ? "Asking …" : "Ask"}
            </Button>
          </Step>
          <Step
            number={3}
            at={step}
            title="Watch it"
            text="Every model call, tool call and token, as it happens – and kept for later."
          >
            <div className="flex flex-wrap gap-2">
              <Link href={`/runs/${executionId}`} className={buttonStyles({ variant: "primary" })}>
                Open the trace <ArrowRight />
              </Link>
              <CreateLink what="agent" variant="secondary">
                Build your own agent
              </CreateLink>
              <Button variant="ghost" onClick={onFinish}>
                Done
              </Button>
            </div>
          </Step>
        </ol>
      </div>
      {watching && (
        <div className="mx-auto mb-6 flex min-h-[34rem] w-full max-w-6xl flex-1 px-4">
          <Card className="flex min-h-0 min-w-0 flex-1 overflow-hidden">{trace}</Card>
        </div>
      )}
    </div>
  );
}

function Step({
  number,
  at,
  title,
  text,
  children,
}: {
  number: number;
  at: number;
  title: string;
  text: string;
  children: ReactNode;
}) {
  const done = number < at;
  const current = number === at;
  return (
    <li aria-current={current ? "step" : undefined}>
      <Card
        className={cn(
          "flex gap-3 p-3.5",
          current ? "border-accent" : "bg-transparent",
          !current && !done && "text-ink-3",
        )}
      >
        <span
          className={cn(
            "nums flex size-6 shrink-0 items-center justify-center rounded-full border text-xs font-medium",
            done && "border-good bg-good-soft text-good-ink",
            current && "border-accent text-accent-ink",
          )}
        >
          {done ? <Check aria-label="done" className="size-3.5" /> : number}
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="font-medium">{title}</h2>
          <p className={cn("text-sm", current || done ? "text-ink-2" : "text-ink-3")}>{text}</p>
          {current && <div className="mt-2.5">{children}</div>}
        </div>
      </Card>
    </li>
  );
}
