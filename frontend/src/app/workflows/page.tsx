import type { Metadata } from "next";

import { WorkflowList } from "@/features/workflows/components/list/workflow-list";
import { workflows } from "@/features/workflows/feature";

export const metadata: Metadata = { title: workflows.titles["/workflows"] };

/** `/workflows` */
export default function Page() {
  return <WorkflowList />;
}
