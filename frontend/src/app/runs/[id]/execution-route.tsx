"use client";

import { ExecutionPage } from "@/features/executions/components/trace/execution-page";
import { useRouteId } from "@/lib/use-route-id";

/** The execution in the address. */
export function ExecutionRoute() {
  const id = useRouteId();
  return <ExecutionPage key={id} executionId={id} />;
}
