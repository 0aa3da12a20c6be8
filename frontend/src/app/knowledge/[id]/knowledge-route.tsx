"use client";

import { BasePage } from "@/features/knowledge/components/base-page";
import { useRouteId } from "@/lib/use-route-id";

/** The knowledge base in the address. */
export function KnowledgeRoute() {
  const id = useRouteId();
  return <BasePage key={id} baseId={id} />;
}
