import type { ReactNode } from "react";

import type { Finding } from "../../model/marks";

/** A titled part of the inspector. */
export function Panel({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-3 border-b p-3">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h2 className="min-w-0 truncate text-2xs font-semibold tracking-wide text-ink-3 uppercase">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

/** What is to be mended in a part. */
export function Findings({ findings }: { findings: readonly Finding[] | undefined }) {
  if (!findings || findings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 rounded-md border border-bad/40 bg-bad-soft px-2.5 py-1.5 text-xs text-bad-ink">
      {findings.map(({ pointer, detail }) => (
        <li key={pointer + detail} className="break-words">
          {detail}
        </li>
      ))}
    </ul>
  );
}
