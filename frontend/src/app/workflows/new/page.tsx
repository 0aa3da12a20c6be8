import type { Metadata } from "next";

import { NewWorkflow } from "@/features/workflows/components/list/new-workflow";
import { workflows } from "@/features/workflows/feature";

export const metadata: Metadata = { title: workflows.titles["/workflows/new"] };

/** `/workflows/new` */
export default function Page() {
  return <NewWorkflow />;
}
