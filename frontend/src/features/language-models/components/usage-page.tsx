"use client";

import { PageHeader } from "@/components/layout/page";

import { UsageTable } from "./usage-table";

/** What the models were asked, and what it cost. */
export function UsagePage() {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader title="Usage" description="Requests, tokens and cost by provider and model." />
      <div className="p-4">
        <UsageTable />
      </div>
    </div>
  );
}
