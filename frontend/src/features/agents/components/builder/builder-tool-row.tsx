"use client";

import { ChevronRight, ShieldCheck } from "lucide-react";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { IconButton } from "@/components/ui/icon-button";
import { useReadOnly } from "@/components/ui/read-only";
import { Tooltip } from "@/components/ui/tooltip";
import type { ToolOut } from "@/lib/api";
import { cn } from "@/lib/cn";

import { toggleTool } from "../../model/tool-settings";
import { useAgentBuilder } from "./builder-context";
import { ToolPanel } from "./builder-tool-panel";

/** A tool to choose. Opened, it shows what the model is told of it, and its settings for this agent. */
export function ToolRow({ tool, chosen }: { tool: ToolOut; chosen: boolean }) {
  const { agent, updateAgent } = useAgentBuilder();
  const [open, setOpen] = useState(false);
  const readOnly = useReadOnly();
  const id = `tool-${tool.name}`;
  const approval = agent.requires_approval.includes(tool.name);
  const configured = agent.tools_config.some(({ name }) => name === tool.name);
  const toggleApproval = () =>
    updateAgent({
      requires_approval: approval
        ? agent.requires_approval.filter((name) => name !== tool.name)
        : [...agent.requires_approval, tool.name],
    });
  return (
    <li className={cn(chosen && "bg-accent-soft/60")}>
      <div className="flex items-center gap-2.5 px-2.5 py-1.5">
        <Checkbox
          id={id}
          label={tool.name}
          checked={chosen}
          onChange={(on) => updateAgent(toggleTool(agent, tool.name, on))}
        />
        {/* The checkbox carries the tool's name; the text beside it is a larger place to click. */}
        <label htmlFor={id} className="min-w-0 flex-1">
          <span className="flex items-center gap-1.5">
            <code className="font-mono text-xs font-medium">{tool.name}</code>
            {tool.kind === "custom" && <Badge tone="accent">custom</Badge>}
            {tool.disabled && <Badge tone="warn">disabled</Badge>}
            {configured && <Badge tone="outline">own settings</Badge>}
          </span>
          <span className="block truncate text-xs text-ink-3">{tool.description}</span>
        </label>
        {chosen && (
          <Tooltip text={approval ? "A person is asked before each call" : "Ask a person before each call"}>
            <button
              type="button"
              aria-pressed={approval}
              aria-label={`Ask before each call of ${tool.name}`}
              disabled={readOnly}
              onClick={toggleApproval}
              className={cn(
                "rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink",
                approval && "bg-warn-soft text-warn-ink",
              )}
            >
              <ShieldCheck className="size-4" />
            </button>
          </Tooltip>
        )}
        <IconButton
          label={`Details of ${tool.name}`}
          size="iconSm"
          aria-expanded={open}
          aria-controls={`${id}-panel`}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight className={cn("transition-transform", open && "rotate-90")} />
        </IconButton>
      </div>
      {open && <ToolPanel id={`${id}-panel`} tool={tool} chosen={chosen} />}
    </li>
  );
}
