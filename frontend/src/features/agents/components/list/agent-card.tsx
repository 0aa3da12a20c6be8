"use client";

import { ChevronDown, Play } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { AgentIcon } from "@/components/ui/icons";
import { Card } from "@/components/ui/surface";
import type { AgentOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { useRefusal } from "@/lib/use-permissions";

import { allTools } from "../../model/tool-settings";
import { AgentFacts } from "../agent-facts";
import { AgentMenu } from "../agent-menu";
import { AgentStatusBadge } from "../agent-status-badge";

interface AgentCardProps {
  agent: AgentOut;
  now: number;
  chosen: boolean;
  /** Missing for those who may not change agents. */
  onChoose?: (chosen: boolean) => void;
}

const SHOWN_TOOLS = 4;

/** An agent with what matters about it. */
export function AgentCard({ agent, now, chosen, onChoose }: AgentCardProps) {
  const tools = allTools({ tools: agent.tools ?? [], tools_config: agent.tools_config ?? [] });
  const [open, setOpen] = useState(false);
  const refused = useRefusal("executions:run");
  return (
    <Card className="group relative flex min-w-0 flex-col gap-2 p-3 hover:border-line-strong has-[[data-checked]]:border-accent">
      <div className="flex items-start gap-2">
        <span className="flex size-7 shrink-0 items-center justify-center rounded-md bg-accent-soft text-accent-ink">
          <AgentIcon className="size-4" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            <Link href={`/agents/${agent.id}`} className="after:absolute after:inset-0">
              {agent.display_name || agent.name}
            </Link>
          </h2>
          <p className="truncate text-xs text-ink-3">{agent.role || agent.description || agent.slug}</p>
        </div>
        <div className="relative z-10 flex items-center gap-1">
          {onChoose && <Checkbox label={`Choose ${agent.name}`} checked={chosen} onChange={onChoose} />}
          <AgentMenu agent={agent} />
        </div>
      </div>
      <div className="flex min-h-5 flex-wrap gap-1">
        {tools.slice(0, SHOWN_TOOLS).map((tool) => (
          <Badge key={tool} tone="tool" className="font-mono">
            {tool}
          </Badge>
        ))}
        {tools.length > SHOWN_TOOLS && <Badge>+{tools.length - SHOWN_TOOLS}</Badge>}
        {tools.length === 0 && <span className="text-xs text-ink-3">no tools</span>}
      </div>
      {open && <AgentFacts id={`facts-${agent.id}`} agent={agent} />}
      <div className="nums mt-auto flex items-center gap-2 text-xs text-ink-3">
        <AgentStatusBadge status={agent.status} />
        <span className="truncate">{agent.model ?? "default model"}</span>
        <span aria-hidden>·</span>
        <span>v{agent.version}</span>
        <Ago at={agent.updated_at} now={now} className="relative z-10 ml-auto max-[400px]:hidden" />
        <button
          type="button"
          aria-label={`Details of ${agent.name}`}
          aria-expanded={open}
          aria-controls={`facts-${agent.id}`}
          onClick={() => setOpen(!open)}
          className="relative z-10 rounded-md p-1 hover:bg-hover hover:text-ink max-[400px]:ml-auto"
        >
          <ChevronDown className={cn("size-3.5 transition-transform", open && "rotate-180")} />
        </button>
        <ButtonLink
          href={`/playground?agent=${agent.id}`}
          aria-label={`Run ${agent.name}`}
          size="sm"
          className="relative z-10 h-6 px-2"
          refused={refused}
        >
          <Play /> Run
        </ButtonLink>
      </div>
    </Card>
  );
}
