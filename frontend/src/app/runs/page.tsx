import type { Metadata } from "next";

import { ExecutionList } from "@/features/executions/components/list/execution-list";
import { executions } from "@/features/executions/feature";

export const metadata: Metadata = { title: executions.titles["/runs"] };

/** `/runs` */
export default function Page() {
  return <ExecutionList />;
}
