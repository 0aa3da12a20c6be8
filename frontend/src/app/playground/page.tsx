import type { Metadata } from "next";

import { Playground } from "@/features/executions/components/ask/playground";
import { executions } from "@/features/executions/feature";

export const metadata: Metadata = { title: executions.titles["/playground"] };

/** `/playground` */
export default function Page() {
  return <Playground />;
}
