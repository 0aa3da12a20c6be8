import type { Metadata } from "next";

import { agents } from "@/features/agents/feature";

import { AgentRoute } from "./agent-route";

export const metadata: Metadata = { title: agents.titles["/agents/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/agents/<id>` */
export default function Page() {
  return <AgentRoute />;
}
