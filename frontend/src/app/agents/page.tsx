import type { Metadata } from "next";

import { AgentList } from "@/features/agents/components/agent-list";

export const metadata: Metadata = { title: "Agents" };

/** `/agents` */
export default function Page() {
  return <AgentList />;
}
