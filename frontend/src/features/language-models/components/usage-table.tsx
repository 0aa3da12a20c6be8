"use client";

import { useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import { useState } from "react";

import { Callout } from "@/components/ui/callout";
import { Segmented } from "@/components/ui/segmented";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import { cost, count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { usePermissions } from "@/lib/use-permissions";

import { usageQuery } from "../api/usage";

const spans = [
  { value: "1", label: "Today" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
const whose = [
  { value: "own", label: "Mine" },
  { value: "all", label: "Everybody's" },
] as const;

/** What was asked of which provider, how often it failed, and what it cost as far as prices are known. */
export function UsageTable() {
  const [days, setDays] = useState<"1" | "7" | "30">("30");
  const [of, setOf] = useState<"own" | "all">("own");
  const mayAll = usePermissions()("users:read");
  const { data, error } = useQuery(usageQuery(Number(days), of === "all" && mayAll));
  return (
    <div className="flex max-w-4xl flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Segmented label="Time" value={days} onChange={setDays} options={spans} />
        {mayAll && <Segmented label="Whose" value={of} onChange={setOf} options={whose} />}
      </div>
      <Card className="overflow-x-auto">
        {error && (
          <Callout tone="bad" className="m-3">
            {problemText(error)}
          </Callout>
        )}
        {!data && !error && <SkeletonRows rows={3} />}
        {data?.length === 0 && (
          <EmptyState icon={<ChartColumn />} title="Nothing asked yet">
            Calls of models are counted here by provider. The built-in demo model asks nobody.
          </EmptyState>
        )}
        {data && data.length > 0 && (
          <table className="w-full text-sm">
            <thead>
              <tr className="border-b text-left text-xs text-ink-3 [&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
                <th>Provider</th>
                <th>Model</th>
                <th className="text-right">Calls</th>
                <th className="text-right">Failed</th>
                <th className="text-right">Tokens in</th>
                <th className="text-right">Tokens out</th>
                <th className="text-right">Cost</th>
              </tr>
            </thead>
            <tbody className="divide-y">
              {data.map((row) => (
                <tr key={`${row.provider} ${row.model}`} className="[&>td]:px-3 [&>td]:py-1.5">
                  <td>{row.provider}</td>
                  <td className="font-mono text-xs break-all">{row.model}</td>
                  <td className="nums text-right">{count(row.calls ?? 0)}</td>
                  <td className={`nums text-right ${row.failures ? "text-bad-ink" : "text-ink-3"}`}>
                    {count(row.failures ?? 0)}
                  </td>
                  <td className="nums text-right">{count(row.input_tokens ?? 0)}</td>
                  <td className="nums text-right">{count(row.output_tokens ?? 0)}</td>
                  <td className="nums text-right">{cost(row.cost_usd)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
    </div>
  );
}
