"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Wrench } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";

import { CreateLink } from "@/components/layout/create-link";
import { PageHeader } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SearchInput } from "@/components/ui/input";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { problemText } from "@/lib/problem";
import { toolsQuery } from "@/lib/queries";

import { ToolDetail } from "./tool-detail";

/** All tools on the left, the chosen one on the right; on narrow screens one of the two. */
export function ToolList() {
  const [{ q, tool: chosen }, setPlace] = useQueryStates({ q: parseAsString.withDefault(""), tool: parseAsString });
  const { data, error, isPending } = useQuery(toolsQuery());
  const wanted = q.trim().toLowerCase();
  const tools = (data?.tools ?? []).filter((tool) =>
    `${tool.name} ${tool.description} ${(tool.tags ?? []).join(" ")}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        title="Tools"
        facts={data && <span className="nums text-ink-3">{data.total}</span>}
        actions={<CreateLink what="tool">Register tool</CreateLink>}
      />
      <div className="grid min-h-0 min-w-0 flex-1 md:grid-cols-[minmax(16rem,22rem)_minmax(0,1fr)]">
        <div className={cn("flex min-h-0 min-w-0 flex-col border-r", chosen && "max-md:hidden")}>
          <SearchInput
            label="Search tools"
            value={q}
            onChange={(event) => void setPlace({ q: event.target.value || null })}
            className="m-3"
          />
          {isPending && <SkeletonRows />}
          {error && (
            <Callout tone="bad" className="m-3" title="The tools could not be loaded">
              {problemText(error)}
            </Callout>
          )}
          <ul aria-label="Tools" className="min-h-0 flex-1 md:overflow-y-auto">
            {tools.map((tool) => (
              <li key={tool.name}>
                <button
                  type="button"
                  aria-current={tool.name === chosen ? "true" : undefined}
                  onClick={() => void setPlace({ tool: tool.name })}
                  className={cn(
                    "block w-full border-l-2 border-transparent px-3.5 py-2 text-left hover:bg-hover focus-visible:outline-offset-[-2px]",
                    tool.name === chosen && "border-accent bg-accent-soft hover:bg-accent-soft",
                  )}
                >
                  <span className="flex items-center gap-1.5">
                    <code className="truncate font-mono text-xs font-semibold">{tool.name}</code>
                    {tool.kind === "custom" && <Badge tone="accent">custom</Badge>}
                    {tool.disabled && <Badge tone="warn">disabled</Badge>}
                  </span>
                  <span className="line-clamp-2 text-xs text-ink-3">{tool.description}</span>
                </button>
              </li>
            ))}
            {data && tools.length === 0 && <li className="px-4 py-8 text-center text-ink-3">No tool fits “{q}”.</li>}
          </ul>
        </div>
        <div className={cn("min-h-0 min-w-0 bg-surface md:overflow-y-auto", !chosen && "max-md:hidden")}>
          {chosen ? (
            <>
              <Button variant="ghost" className="m-2 md:hidden" onClick={() => void setPlace({ tool: null })}>
                <ArrowLeft /> All tools
              </Button>
              <ToolDetail key={chosen} name={chosen} onRemoved={() => void setPlace({ tool: null })} />
            </>
          ) : (
            <EmptyState icon={<Wrench />} title="Choose a tool">
              Its schema is what the model sees. Try it here before you give it to an agent – or register one of your
              own: an async Python function is enough.
            </EmptyState>
          )}
        </div>
      </div>
    </div>
  );
}
