import { AgentIcon } from "@/components/ui/icons";
import type { Feature } from "@/lib/feature";

/** Agents: made, changed, versioned. */
export const agents = {
  places: [{ href: "/agents", label: "Agents", icon: AgentIcon, group: "build" }],
  creations: [{ what: "agent", label: "New agent", href: "/agents/new", permission: "agents:write" }],
  commands: () => import("./model/commands").then(({ agentCommands }) => agentCommands),
  titles: { "/agents": "Agents", "/agents/new": "New agent", "/agents/[id]": "Agent" },
} satisfies Feature;
