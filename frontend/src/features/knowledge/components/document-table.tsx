"use client";

import { RotateCcw, Trash2 } from "lucide-react";
import Link from "next/link";

import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import type { DocumentOut } from "@/lib/api";
import { fileSize } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { removeDocument } from "../api/documents";
import { useChange } from "../hooks/use-change";
import { DocumentState } from "./base-status";

export interface DocumentTableProps {
  documents: readonly DocumentOut[];
  /** Why they cannot be changed. */
  refused: string | undefined;
  onShow: (document: DocumentOut) => void;
  onRetry: (id: string) => void;
}

/** Documents with their states, and why one failed. */
export function DocumentTable({ documents, refused, onShow, onRetry }: DocumentTableProps) {
  const now = useNow(30_000);
  return (
    <ul aria-label="Documents" className="divide-y">
      {documents.map((document) => (
        <li key={document.document_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 md:px-5">
          <div className="min-w-0 flex-1 basis-60">
            <button
              type="button"
              disabled={document.num_chunks === 0}
              className="block max-w-full truncate text-left font-medium enabled:hover:underline"
              onClick={() => onShow(document)}
            >
              {document.title}
            </button>
            {document.error && <p className="text-xs text-bad-ink">{document.error}</p>}
            {document.url && <p className="truncate text-xs text-ink-3">{document.url}</p>}
          </div>
          <DocumentState status={document.status} />
          <span className="nums w-52 text-xs text-ink-2">{facts(document)}</span>
          <span className="nums w-24 text-xs text-ink-3">
            <Ago at={document.created_at} now={now} />
          </span>
          <span className="flex w-28 justify-end gap-1">
            {document.execution_id && (
              <Link href={`/runs/${document.execution_id}`} className="self-center text-xs text-ink-2 underline">
                Run
              </Link>
            )}
            {refused === undefined && <Changes document={document} onRetry={onRetry} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Changes({ document, onRetry }: { document: DocumentOut; onRetry: (id: string) => void }) {
  const { kb_id, document_id, title, status } = document;
  const remove = useChange(() => removeDocument(kb_id, document_id), `${title} removed`);
  return (
    <>
      {status === "error_processing" && (
        <Button size="iconSm" variant="ghost" aria-label={`Try ${title} again`} onClick={() => onRetry(document_id)}>
          <RotateCcw />
        </Button>
      )}
      <Button
        size="iconSm"
        variant="ghost"
        aria-label={`Remove ${title}`}
        disabled={remove.isPending}
        onClick={() => remove.mutate(undefined)}
      >
        <Trash2 />
      </Button>
    </>
  );
}

function facts({ num_chunks, page_count, size_bytes }: DocumentOut): string {
  const parts = [
    size_bytes > 0 && fileSize(size_bytes),
    page_count !== null && `${page_count} pages`,
    num_chunks > 0 && `${num_chunks} chunks`,
  ];
  return parts.filter(Boolean).join(" · ");
}
