import { UsersRound } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Teams: all active agents at work on the same requirements, iteration after iteration. */
export const teams = {
  places: [{ href: "/teams", label: "Teams", icon: UsersRound, group: "run", permission: "executions:read" }],
  creations: [
    {
      what: "team",
      label: "Start a team",
      href: "/teams/new",
      permission: "executions:run",
      words: "new agents together iterations coordinator",
    },
  ],
  commands: () => import("./model/commands").then(({ teamCommands }) => teamCommands),
  titles: { "/teams": "Teams", "/teams/new": "Start a team", "/teams/[id]": "Team" },
} satisfies Feature;
