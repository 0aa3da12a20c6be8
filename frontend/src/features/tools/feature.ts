import { Wrench } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Tools: prebuilt, and the team's own Python functions. */
export const tools = {
  places: [{ href: "/tools", label: "Tools", icon: Wrench, group: "build" }],
  creations: [
    {
      what: "tool",
      label: "New tool",
      href: "/tools/new",
      permission: "tools:write",
      words: "register python function",
    },
  ],
  commands: () => import("./model/commands").then(({ toolCommands }) => toolCommands),
  titles: { "/tools": "Tools", "/tools/new": "Register tool" },
} satisfies Feature;
