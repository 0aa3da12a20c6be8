import type { Metadata } from "next";

import { NewAgent } from "@/features/agents/components/new-agent";
import { agents } from "@/features/agents/feature";

export const metadata: Metadata = { title: agents.titles["/agents/new"] };

/** `/agents/new` */
export default function Page() {
  return <NewAgent />;
}
