"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useMemo } from "react";

import { destinations } from "@/components/layout/navigation";
import { listExecutions } from "@/lib/api";
import { oneLine } from "@/lib/format";
import { agentsQuery, toolsQuery } from "@/lib/queries";

import type { Command } from "../model/match";

const RECENT = 30;

/** Everything that can be jumped to or done from anywhere. */
export function useCommands(): Command[] {
  const router = useRouter();
  const { setTheme } = useTheme();
  const agents = useQuery(agentsQuery());
  const tools = useQuery(toolsQuery());
  const executions = useQuery({
    queryKey: ["executions", "recent", RECENT],
    queryFn: async ({ signal }) => (await listExecutions({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });
  return useMemo(() => {
    const go = (href: string) => () => router.push(href);
    return [
      ...destinations.map(({ href, label }) => ({ id: href, group: "Go to", label, run: go(href) })),
      { id: "new-agent", group: "Create", label: "New agent", run: go("/agents/new") },
      { id: "new-tool", group: "Create", label: "Register new tool", words: "python function", run: go("/tools/new") },
      ...(agents.data?.agents ?? []).flatMap(({ id, name, role }) => [
        { id: `agent-${id}`, group: "Agents", label: name, words: role ?? "", hint: "edit", run: go(`/agents/${id}`) },
        { id: `run-${id}`, group: "Run", label: `Ask ${name}`, words: "run playground", run: go(`/playground?agent=${id}`) },
      ]),
      ...(tools.data?.tools ?? []).map(({ name, description }) => ({ id: `tool-${name}`, group: "Tools", label: name, words: description, run: go(`/tools?tool=${name}`) })),
      ...(executions.data?.executions ?? []).map(({ id, query, agent_name, status }) => ({ id, group: "Executions", label: oneLine(query, 80), words: agent_name, hint: status, run: go(`/executions/${id}`) })),
      ...(["light", "dark", "system"] as const).map((theme) => ({ id: `theme-${theme}`, group: "Theme", label: `${theme.charAt(0).toUpperCase()}${theme.slice(1)} theme`, run: () => setTheme(theme) })),
    ];
  }, [agents.data, tools.data, executions.data, router, setTheme]);
}
