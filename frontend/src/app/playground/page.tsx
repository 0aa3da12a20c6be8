import type { Metadata } from "next";

import { Playground } from "@/features/executions/components/playground";

export const metadata: Metadata = { title: "Playground" };

/** `/playground` */
export default function Page() {
  return <Playground />;
}
