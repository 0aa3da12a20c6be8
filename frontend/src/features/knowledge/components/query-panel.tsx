"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { EmptyState } from "@/components/ui/surface";
import type { FoundOut, KnowledgeBaseDetails } from "@/lib/api";
import { problemText } from "@/lib/problem";

import { ask } from "../api/search";
import { ChunksDialog } from "./chunks-dialog";

const MOST = 10;

/** Try a question: what agents would find, with scores; each opens its document at the passage. */
export function QueryPanel({ base }: { base: KnowledgeBaseDetails }) {
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState<FoundOut | null>(null);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => ask(base.kb_id, query.trim(), MOST),
  });
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (query.trim() !== "") mutate();
        }}
      >
        <Field id="query" label="Question" className="flex-1">
          <Input id="query" value={query} maxLength={4000} onChange={(event) => setQuery(event.target.value)} />
        </Field>
        <Button type="submit" variant="primary" disabled={isPending || query.trim() === ""}>
          Search
        </Button>
      </form>
      {error && <Callout tone="bad">{problemText(error)}</Callout>}
      {data?.chunks.length === 0 && <EmptyState title="Nothing was found" />}
      {data && data.chunks.length > 0 && (
        <p className="nums text-xs text-ink-3">
          {data.chunks.length} found in {Math.round(data.duration_ms)} ms
        </p>
      )}
      <ol className="flex flex-col gap-2">
        {data?.chunks.map((found) => (
          <li key={found.chunk_id} className="rounded-md border p-2.5">
            <div className="flex flex-wrap items-center gap-2 text-xs">
              <button type="button" className="font-medium hover:underline" onClick={() => setShown(found)}>
                [{found.number}] {found.citation}
              </button>
              <span className="nums text-ink-3">
                score {found.score.toFixed(3)}
                {found.similarity !== null && ` · similarity ${found.similarity.toFixed(3)}`}
              </span>
            </div>
            <p className="mt-1 line-clamp-6 text-sm whitespace-pre-wrap">{found.text}</p>
          </li>
        ))}
      </ol>
      {shown && (
        <ChunksDialog
          document={{ kb_id: shown.kb_id, document_id: shown.document_id, title: shown.document }}
          ordinal={shown.ordinal}
          onClose={() => setShown(null)}
        />
      )}
    </div>
  );
}
