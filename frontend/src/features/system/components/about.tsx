"use client";

import { PageBody, PageHeader } from "@/components/layout/page";
import { LogoMark } from "@/components/ui/logo";
import { Card } from "@/components/ui/surface";
import { healthQuery } from "@/lib/health";
import { useSharedQuery } from "@/lib/use-shared-query";

/** What this is, and which version. */
export function About() {
  const { data } = useSharedQuery(healthQuery());
  return (
    <>
      <PageHeader title="About" />
      <PageBody className="max-w-3xl">
        <Card className="flex flex-wrap items-center gap-3 p-4">
          <LogoMark className="size-9" />
          <div className="flex-1">
            <p className="font-semibold">Dynagent {data?.version}</p>
            <p className="text-ink-2">Agents made at run time, their Python tools, and live traces kept for later.</p>
          </div>
        </Card>
      </PageBody>
    </>
  );
}
