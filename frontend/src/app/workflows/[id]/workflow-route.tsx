"use client";

import { WorkflowPage } from "@/features/workflows/components/workflow-page";
import { useRouteId } from "@/lib/use-route-id";

/** The workflow in the address. */
export function WorkflowRoute() {
  const id = useRouteId();
  return <WorkflowPage key={id} workflowId={id} />;
}
