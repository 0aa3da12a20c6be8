"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { SkeletonRows } from "@/components/ui/surface";
import type { DocumentOut } from "@/lib/api";
import { problemText } from "@/lib/problem";

import { CHUNKS_SHOWN, chunksQuery } from "../api/documents";

export interface ChunksDialogProps {
  document: Pick<DocumentOut, "kb_id" | "document_id" | "title">;
  /** The chunk to begin with; it is marked. */
  ordinal?: number;
  onClose: () => void;
}

/** What is searched of a document, chunk by chunk, with its pages. */
export function ChunksDialog({ document, ordinal, onClose }: ChunksDialogProps) {
  const [skip, setSkip] = useState(() => Math.floor((ordinal ?? 0) / CHUNKS_SHOWN) * CHUNKS_SHOWN);
  const { data, error, isPending } = useQuery(chunksQuery(document.kb_id, document.document_id, skip));
  const total = data?.total ?? 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={document.title}
      description={`${total} chunks`}
      className="w-[min(52rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button disabled={skip === 0} onClick={() => setSkip(Math.max(0, skip - CHUNKS_SHOWN))}>
            Before
          </Button>
          <Button disabled={skip + CHUNKS_SHOWN >= total} onClick={() => setSkip(skip + CHUNKS_SHOWN)}>
            After
          </Button>
        </>
      }
    >
      {isPending && <SkeletonRows rows={4} />}
      {error && <Callout tone="bad">{problemText(error)}</Callout>}
      <ol className="flex flex-col gap-2">
        {data?.chunks.map((chunk) => (
          <li
            key={chunk.chunk_id}
            ref={(line) => {
              if (chunk.ordinal === ordinal) line?.scrollIntoView({ block: "center" });
            }}
            className={
              chunk.ordinal === ordinal
                ? "rounded-md border border-accent bg-accent-soft/60 p-2.5"
                : "rounded-md border p-2.5"
            }
          >
            <p className="nums text-2xs text-ink-3">
              {chunk.ordinal + 1}
              {chunk.page !== null && ` · page ${chunk.page}`}
            </p>
            <p className="text-sm whitespace-pre-wrap">{chunk.text}</p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
