import Link from "next/link";

import { duration } from "@/lib/format";

import type { Step } from "../../model/trace";
import { Facts, Section, Value } from "./detail-parts";

/** A step of a workflow: what came of it, and the way to the trace of its own run. */
export function TaskDetail({ step: { opened, closed, status } }: { step: Step }) {
  const start = opened.type === "task_start" ? opened : null;
  const end = closed?.type === "task_end" ? closed : null;
  const runId = start?.run_id ?? end?.run_id;
  return (
    <>
      {runId && (
        <Link href={`/runs/${runId}`} className="self-start text-sm text-accent-ink hover:underline">
          Open the step&apos;s own trace
        </Link>
      )}
      {end?.output && (
        <Section title="Output">
          <Value value={end.output} label="Output" />
        </Section>
      )}
      <Facts
        facts={[
          ["Status", end?.status === "skipped" ? "passed over" : (end?.status ?? status)],
          ["Duration", end ? duration(end.duration_ms) : null],
          ["Node", start?.step ?? end?.step],
          ["Kind", start?.kind.replaceAll("_", " ")],
          ["Part", start?.part],
          ["Agent", start?.agent_name],
          [
            "Key",
            <code key="key" className="font-mono text-xs">
              {start?.key ?? end?.key}
            </code>,
          ],
        ]}
      />
    </>
  );
}
