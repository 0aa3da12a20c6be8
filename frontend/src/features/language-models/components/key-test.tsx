"use client";

import { Callout } from "@/components/ui/callout";
import type { ProviderKeyCheckOut } from "@/lib/api";
import { duration } from "@/lib/format";
import { problemText } from "@/lib/problem";

/** How a key did when it was shown to its provider. */
export function ProviderKeyCheckResult({ result, error }: { result: ProviderKeyCheckOut | undefined; error: unknown }) {
  if (error) return <Callout tone="bad">{problemText(error)}</Callout>;
  if (!result) return null;
  return (
    <Callout tone={result.accepted ? "info" : "bad"} title={result.accepted ? "The key works" : "The key was not accepted"}>
      {result.detail} ({duration(result.duration_ms)})
    </Callout>
  );
}
