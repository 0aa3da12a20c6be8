import type { Metadata } from "next";

import { NewAgent } from "@/features/agents/components/new-agent";

export const metadata: Metadata = { title: "New agent" };

/** `/agents/new` */
export default function Page() {
  return <NewAgent />;
}
