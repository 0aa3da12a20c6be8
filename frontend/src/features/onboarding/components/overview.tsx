"use client";

import { Play } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { PageBody, PageHeader } from "@/components/layout/page";
import { AgentIcon } from "@/components/ui/icons";
import { Card } from "@/components/ui/surface";
import type { AgentOut } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

const SHOWN = 6;

interface OverviewProps {
  agents: readonly AgentOut[];
  ask: ReactNode;
  note: ReactNode;
  activity: ReactNode;
  executions: ReactNode;
  onTour: () => void;
}

/** The home page of somebody who has agents: ask one of them, see what ran last. */
export function Overview({ agents, ask, note, activity, executions, onTour }: OverviewProps) {
  const refused = useRefusal("executions:run");
  return (
    <>
      <PageHeader
        title="Home"
        actions={
          <>
            <CreateLink what="tool" variant="secondary" className="max-sm:hidden">
              Register tool
            </CreateLink>
            <CreateLink what="agent">New agent</CreateLink>
          </>
        }
      />
      <PageBody className="flex flex-col gap-5">
        <section aria-label="Ask an agent">{ask}</section>
        {note}
        {activity}
        <section aria-labelledby="newest-agents">
          <div className="mb-2 flex items-center justify-between">
            <h2 id="newest-agents" className="font-semibold">
              Newest agents
            </h2>
            <Link href="/agents" className="text-xs text-accent-ink hover:underline">
              See all
            </Link>
          </div>
          <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
            {agents.slice(0, SHOWN).map((agent) => (
              <li key={agent.id}>
                <Card className="relative flex items-center gap-2.5 px-3 py-2 hover:border-line-strong">
                  <AgentIcon className="size-4 shrink-0 text-accent-ink" />
                  <div className="min-w-0 flex-1">
                    <Link
                      href={`/agents/${agent.id}`}
                      className="block truncate font-medium after:absolute after:inset-0"
                    >
                      {agent.display_name || agent.name}
                    </Link>
                    <p className="truncate text-xs text-ink-3">{agent.role || agent.description || toolsLine(agent)}</p>
                  </div>
                  {refused === undefined && (
                    <Link
                      href={`/playground?agent=${agent.id}`}
                      aria-label={`Run ${agent.name}`}
                      className="relative z-10 rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink"
                    >
                      <Play className="size-3.5" />
                    </Link>
                  )}
                </Card>
              </li>
            ))}
          </ul>
        </section>
        {executions}
        <p className="text-xs text-ink-3">
          New here?{" "}
          <button type="button" onClick={onTour} className="text-accent-ink underline underline-offset-2">
            Take the one-minute tour
          </button>
        </p>
      </PageBody>
    </>
  );
}

function toolsLine({ tools = [] }: AgentOut): string {
  return tools.length > 0 ? tools.join(", ") : "no tools";
}
