"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useMemo } from "react";

import { createPlaces } from "@/components/layout/create-link";
import { useDestinations } from "@/components/layout/navigation";
import { listChats, listExecutions, listSchedules } from "@/lib/api";
import { oneLine } from "@/lib/format";
import { leaveTo } from "@/lib/leaving";
import { agentsQuery, toolsQuery } from "@/lib/queries";
import { usePermissions } from "@/lib/use-permissions";

import type { Command } from "../model/match";

const RECENT = 30;

const creations = [
  { what: "agent", label: "New agent", words: "" },
  { what: "tool", label: "Register new tool", words: "python function" },
  { what: "chat", label: "New chat", words: "talk conversation" },
  { what: "schedule", label: "New schedule", words: "cron timer" },
] as const;

/** Everything that can be jumped to or done from anywhere. */
export function useCommands(): Command[] {
  const router = useRouter();
  const { setTheme } = useTheme();
  const destinations = useDestinations();
  const may = usePermissions();
  const agents = useQuery(agentsQuery());
  const tools = useQuery(toolsQuery());
  const executions = useQuery({
    queryKey: ["executions", "recent", RECENT],
    queryFn: async ({ signal }) =>
      (await listExecutions({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });
  const schedules = useQuery({
    queryKey: ["schedules", "recent", RECENT],
    queryFn: async ({ signal }) => (await listSchedules({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });
  const chats = useQuery({
    queryKey: ["chats", "recent", RECENT],
    queryFn: async ({ signal }) => (await listChats({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });
  return useMemo(() => {
    const go = (href: string) => () => leaveTo(href, router.push);
    return [
      ...destinations.map(({ href, label }) => ({ id: href, group: "Go to", label, run: go(href) })),
      ...creations
        .filter(({ what }) => may(createPlaces[what].permission))
        .map(({ what, label, words }) => ({
          id: `new-${what}`,
          group: "Create",
          label,
          words,
          run: go(createPlaces[what].href),
        })),
      ...(agents.data?.agents ?? []).flatMap(({ id, name, role }) => [
        { id: `agent-${id}`, group: "Agents", label: name, words: role ?? "", hint: "edit", run: go(`/agents/${id}`) },
        ...(may("executions:run")
          ? [
              {
                id: `run-${id}`,
                group: "Run",
                label: `Ask ${name}`,
                words: "run playground",
                run: go(`/playground?agent=${id}`),
              },
            ]
          : []),
      ]),
      ...(tools.data?.tools ?? []).map(({ name, description }) => ({
        id: `tool-${name}`,
        group: "Tools",
        label: name,
        words: description,
        run: go(`/tools?tool=${name}`),
      })),
      ...(schedules.data?.schedules ?? []).map(({ id, name, query, paused }) => ({
        id: `schedule-${id}`,
        group: "Schedules",
        label: name,
        words: query,
        hint: paused ? "paused" : "",
        run: go(`/schedules/${id}`),
      })),
      ...(chats.data?.chats ?? []).map(({ id, first_query, agent_name }) => ({
        id: `chat-${id}`,
        group: "Chats",
        label: oneLine(first_query, 80),
        words: `${agent_name} conversation`,
        hint: agent_name,
        run: go(`/chats?id=${encodeURIComponent(id)}`),
      })),
      ...(executions.data?.executions ?? []).map(({ id, query, agent_name, status }) => ({
        id,
        group: "Executions",
        label: oneLine(query, 80),
        words: agent_name,
        hint: status,
        run: go(`/executions/${id}`),
      })),
      ...(["light", "dark", "system"] as const).map((theme) => ({
        id: `theme-${theme}`,
        group: "Theme",
        label: `${theme.charAt(0).toUpperCase()}${theme.slice(1)} theme`,
        run: () => setTheme(theme),
      })),
    ];
  }, [destinations, may, agents.data, tools.data, schedules.data, chats.data, executions.data, router, setTheme]);
}
