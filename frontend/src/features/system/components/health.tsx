"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, RefreshCw } from "lucide-react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import type { HealthOut } from "@/lib/api";
import { duration } from "@/lib/format";
import { healthQuery } from "@/lib/health";
import { problemText } from "@/lib/problem";
import { useMounted } from "@/lib/use-mounted";

import { Group, Line } from "./settings-group";

const tones = { ok: "quiet", warn: "warn", fail: "bad" } as const;
const words = { ok: "works", warn: "degraded", fail: "fails" };

/** The state of every part of the installation. */
export function Health() {
  const health = useQuery(healthQuery());
  // The frame asks the same: its answer may be here before this part of the HTML is taken over.
  const mounted = useMounted();
  const data = mounted ? health.data : undefined;
  const error = mounted ? health.error : null;
  const isFetching = mounted && health.isFetching;
  return (
    <>
      <PageHeader
        title="Health"
        actions={
          <Button disabled={isFetching} onClick={() => void health.refetch()}>
            <RefreshCw className={isFetching ? "animate-spin" : ""} /> Refresh
          </Button>
        }
      />
      <PageBody className="max-w-3xl">
        <Group title="Parts">
          {!data && !error && <SkeletonRows rows={4} />}
          {error && (
            <Callout tone="bad" className="m-3" title="The server does not answer">
              {problemText(error)}
            </Callout>
          )}
          {data && <Parts health={data} />}
        </Group>
      </PageBody>
    </>
  );
}

function Parts({ health }: { health: HealthOut }) {
  return Object.entries(health.parts).map(([name, part]) => (
    <Line
      key={name}
      name={name.replaceAll("_", " ")}
      text={
        <>
          {part.detail}
          {part.advice && <span className="block text-warn-ink">{part.advice}</span>}
        </>
      }
    >
      <span className="nums text-xs text-ink-3">{duration(part.latency_ms)}</span>
      <Badge tone={tones[part.status]}>
        {part.status === "ok" && <CircleCheck />}
        {words[part.status]}
      </Badge>
    </Line>
  ));
}
