import type { Metadata } from "next";

import { ExecutionList } from "@/features/executions/components/execution-list";

export const metadata: Metadata = { title: "Executions" };

/** `/executions` */
export default function Page() {
  return <ExecutionList />;
}
