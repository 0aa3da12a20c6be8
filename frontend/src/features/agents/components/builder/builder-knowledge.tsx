"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { Checkbox } from "@/components/ui/checkbox";
import { knowledgeBasesQuery } from "@/lib/queries";
import { usePermissions } from "@/lib/use-permissions";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

/** Which knowledge bases the agent searches; with one it gets the tool for it by itself. */
export function Knowledge() {
  const { agent, updateAgent, errorOf } = useAgentBuilder();
  const may = usePermissions()("knowledge:read");
  const { data } = useQuery({ ...knowledgeBasesQuery(), enabled: may });
  const chosen = new Set(agent.associated_kb_ids ?? []);
  const error = errorOf("associated_kb_ids");
  if (!may) return null;
  const toggle = (id: string, on: boolean) =>
    updateAgent({
      associated_kb_ids: on ? [...chosen, id] : [...chosen].filter((one) => one !== id),
    });
  return (
    <BuilderPart
      title="Knowledge"
      text={
        <>
          {chosen.size} chosen. The agent searches them, and cites what it uses.{" "}
          <Link href="/knowledge" className="text-accent-ink underline underline-offset-2">
            Knowledge bases
          </Link>
        </>
      }
    >
      <div className="flex min-w-0 flex-col gap-2 @md:col-span-2">
        <ul aria-label="Knowledge bases" className="max-h-60 divide-y overflow-y-auto rounded-md border">
          {data?.knowledge_bases.map(({ kb_id, name, documents }) => (
            <li key={kb_id} className="flex items-center gap-2.5 px-2.5 py-1.5">
              <Checkbox label={name} checked={chosen.has(kb_id)} onChange={(on) => toggle(kb_id, on)} />
              <span className="min-w-0 flex-1 truncate text-sm">{name}</span>
              <span className="nums text-xs text-ink-3">{documents} documents</span>
            </li>
          ))}
          {data?.knowledge_bases.length === 0 && (
            <li className="px-3 py-4 text-center text-ink-3">There is no knowledge base yet.</li>
          )}
        </ul>
        {error && (
          <p role="alert" className="text-xs text-bad-ink">
            {error}
          </p>
        )}
      </div>
    </BuilderPart>
  );
}
