import { Workflow } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Workflows: several agents, tools and people as one definition, drawn, run and watched. */
export const workflows = {
  places: [{ href: "/workflows", label: "Workflows", icon: Workflow, group: "build", permission: "workflows:read" }],
  creations: [
    {
      what: "workflow",
      label: "New workflow",
      href: "/workflows/new",
      permission: "workflows:write",
      words: "canvas crew team graph",
    },
  ],
  commands: () => import("./model/commands").then(({ workflowCommands }) => workflowCommands),
  permissionWords: { workflows: "workflows" },
  titles: { "/workflows": "Workflows", "/workflows/new": "New workflow", "/workflows/[id]": "Workflow" },
} satisfies Feature;
