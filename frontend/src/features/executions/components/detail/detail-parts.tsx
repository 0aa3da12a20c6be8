import type { ReactNode } from "react";

import { CodeBlock, JsonView } from "@/components/ui/json-view";
import { Markdown } from "@/components/ui/markdown";

/** A titled part of the detail pane. */
export function Section({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <h3 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">{title}</h3>
        {action}
      </div>
      {children}
    </section>
  );
}

/** Names and values in two columns; empty values are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== "–");
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(7.5rem,1fr))] gap-x-4 gap-y-2">
      {known.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-2xs text-ink-3">{name}</dt>
          <dd className="nums truncate text-sm">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A result as people read it: sentences as text, short values large, structures as JSON. */
export function Value({ value, label }: { value: unknown; label: string }) {
  if (typeof value === "string") {
    if (value.length > 8_000) return <CodeBlock text={value} label={label} />;
    return (
      <div className="rounded-md border bg-sunken px-2.5 py-2">
        <Markdown text={value} />
      </div>
    );
  }
  if (typeof value === "number" || typeof value === "boolean") return <CodeBlock text={String(value)} label={label} />;
  return <JsonView value={value} label={label} />;
}

/** Arguments as names and values; nested ones as JSON. */
export function Arguments({ values }: { values: Record<string, unknown> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <p className="text-sm text-ink-3">none</p>;
  return (
    <dl className="flex flex-col gap-2">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt className="font-mono text-xs text-tool-ink">{name}</dt>
          <dd>
            {typeof value === "object" && value !== null ? (
              <JsonView value={value} label={name} />
            ) : (
              <CodeBlock text={String(value)} label={name} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
