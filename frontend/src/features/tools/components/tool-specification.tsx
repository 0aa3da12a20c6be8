import type { ReactNode } from "react";

import { Badge } from "@/components/ui/badge";
import { JsonView } from "@/components/ui/json-view";
import type { ToolOut } from "@/lib/api";
import { dateTime } from "@/lib/format";
import { formType, type JsonSchema, plain } from "@/lib/json-schema";

import { SandboxNote } from "./sandbox-note";

/** What the model is told, what the tool may do, and its arguments one by one. */
export function ToolSpecification({ tool }: { tool: ToolOut }) {
  const { policy } = tool;
  const facts: [string, ReactNode][] = [
    [
      "Class",
      <code key="class" className="font-mono text-xs">
        {tool.class}
      </code>,
    ],
    ["Also called", tool.aliases?.join(", ")],
    ["Settings", tool.settings?.join(", ")],
    ["Safe to retry", tool.repeatable === false ? "no" : "yes"],
    ["Time limit", policy ? `${policy.timeout_s ?? 5} s` : null],
    ["Network", policy ? <Granted key="network" names={policy.network ?? []} /> : null],
    ["Secrets", policy ? <Granted key="secrets" names={policy.secrets ?? []} /> : null],
    ["Process", policy ? (policy.reuse ? "reused by several calls" : "a new one for each call") : null],
    ["Registered", tool.created_at ? dateTime(tool.created_at) : null],
    ["Changed", tool.updated_at && tool.version > 1 ? dateTime(tool.updated_at) : null],
  ];
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name} className="min-w-0">
                <dt className="text-2xs text-ink-3">{name}</dt>
                <dd className="text-sm break-words">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {tool.kind === "custom" && <SandboxNote className="self-start" />}
      <ArgumentTable parameters={tool.parameters as JsonSchema} />
      <JsonView value={tool.parameters} label="Schema of the arguments" />
    </div>
  );
}

function Granted({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <span className="text-ink-3">none</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {names.map((name) => (
        <Badge key={name} tone="outline" className="font-mono">
          {name}
        </Badge>
      ))}
    </span>
  );
}

function ArgumentTable({ parameters }: { parameters: JsonSchema }) {
  const entries = Object.entries(parameters.properties ?? {});
  if (entries.length === 0) return <p className="text-ink-3">It takes no arguments.</p>;
  return (
    <ul aria-label="Arguments" className="divide-y rounded-md border">
      {entries.map(([name, raw]) => {
        const schema = plain(raw, parameters);
        return (
          <li key={name} className="flex flex-wrap items-baseline gap-x-2 px-3 py-1.5">
            <code className="font-mono text-xs font-semibold text-tool-ink">{name}</code>
            <span className="text-xs text-ink-3">{typeOf(schema)}</span>
            {parameters.required?.includes(name) ? (
              <Badge tone="outline">required</Badge>
            ) : (
              schema.default !== undefined && (
                <span className="text-xs text-ink-3">default {JSON.stringify(schema.default)}</span>
              )
            )}
            {schema.description && <span className="w-full text-xs text-ink-2">{schema.description}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function typeOf(schema: JsonSchema): string {
  const type = formType(schema);
  if (type === "enum") return (schema.enum ?? []).map((option) => JSON.stringify(option)).join(" | ");
  return type === "json" ? (typeof schema.type === "string" ? schema.type : "any") : type;
}
