import type { Metadata } from "next";

import { AgentList } from "@/features/agents/components/list/agent-list";
import { agents } from "@/features/agents/feature";

export const metadata: Metadata = { title: agents.titles["/agents"] };

/** `/agents` */
export default function Page() {
  return <AgentList />;
}
