import { Inbox, Play } from "lucide-react";

import { TraceIcon } from "@/components/ui/icons";
import type { Feature } from "@/lib/feature";

import { WaitingCount } from "./components/interrupts/waiting-count";

/** Executions, which the interface calls runs: asking, following, and what they wait for. */
export const executions = {
  places: [
    { href: "/inbox", label: "Inbox", icon: Inbox, group: "top", phone: 4, badge: WaitingCount },
    { href: "/playground", label: "Playground", icon: Play, group: "run" },
    { href: "/runs", label: "Runs", icon: TraceIcon, group: "run", phone: 3 },
  ],
  commands: () => import("./model/commands").then(({ runCommands }) => runCommands),
  permissionWords: { executions: "agents" },
  titles: { "/inbox": "Inbox", "/playground": "Playground", "/runs": "Runs", "/runs/[id]": "Run" },
} satisfies Feature;
