import type { Metadata } from "next";

import { workflows } from "@/features/workflows/feature";

import { WorkflowRoute } from "./workflow-route";

export const metadata: Metadata = { title: workflows.titles["/workflows/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/workflows/<id>` */
export default function Page() {
  return <WorkflowRoute />;
}
