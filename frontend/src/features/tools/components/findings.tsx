import { Callout } from "@/components/ui/callout";

import type { Finding } from "../model/findings";

/** What the screen objects to, with the place of each. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <Callout
      tone="bad"
      title={
        findings.length === 1 ? "1 problem found in the source" : `${findings.length} problems found in the source`
      }
    >
      <ul aria-label="Findings" className="mt-1 flex flex-col gap-1">
        {findings.map(({ rule, line, column, message }) => (
          <li key={`${line}:${column}:${rule}`}>
            <span className="nums font-mono text-xs font-medium text-bad-ink">
              line {line}, column {column + 1}
            </span>{" "}
            {message} {rule && <code className="font-mono text-2xs text-ink-3">{rule}</code>}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
