"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { FileText, RotateCcw, Upload } from "lucide-react";
import { parseAsInteger, parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";

import { ChooseFiles } from "@/components/files/choose-files";
import { DropTarget } from "@/components/files/drop-target";
import { UploadItems } from "@/components/files/upload-items";
import { useUploads } from "@/components/files/use-uploads";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { DocumentOut, KnowledgeBaseDetails } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { addFile, documentsQuery, retry } from "../api/documents";
import { knowledgeKeys } from "../api/keys";
import { useChange } from "../hooks/use-change";
import { AddDialog } from "./add-dialog";
import { ChunksDialog } from "./chunks-dialog";
import { DocumentTable } from "./document-table";

/** The documents of a base: dropped anywhere on it, chosen, fetched or typed; with their states. */
export function Documents({ base }: { base: KnowledgeBaseDetails }) {
  const queryClient = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<DocumentOut | null>(null);
  // Where a citation leads: a document, at a chunk.
  const [cited, setCited] = useQueryStates({ document: parseAsString, chunk: parseAsInteger });
  const lacking = useRefusal("knowledge:write");
  const refused = base.is_own ? lacking : "It is another person's: you can read it.";
  const refresh = () => queryClient.invalidateQueries({ queryKey: knowledgeKeys.all });
  const uploads = useUploads((file) => {
    addFile(base.kb_id, file.id).then(refresh, (error: unknown) => toast.error(problemText(error)));
  });
  const again = useChange((ids: string[] | null) => retry(base.kb_id, ids));
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    documentsQuery(base.kb_id),
  );
  const documents = data?.pages.flatMap((page) => page.documents) ?? [];
  const failed = documents.some(({ status }) => status === "error_processing");
  const buttons = (
    <>
      <ChooseFiles variant="primary" refused={refused} onFiles={uploads.add}>
        <Upload /> Upload documents
      </ChooseFiles>
      <Button disabled={refused !== undefined} title={refused} onClick={() => setAdding(true)}>
        Add a web page or text
      </Button>
    </>
  );
  return (
    <DropTarget onFiles={uploads.add} disabled={refused !== undefined} className="flex flex-1 flex-col">
      {documents.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2 md:px-5">
          {buttons}
          {failed && refused === undefined && (
            <Button disabled={again.isPending} onClick={() => again.mutate(null)}>
              <RotateCcw /> Try all failed again
            </Button>
          )}
        </div>
      )}
      {uploads.items.length > 0 && (
        <div className="border-b px-4 py-2 md:px-5">
          <UploadItems items={uploads.items} onRemove={uploads.remove} />
        </div>
      )}
      {isPending && <SkeletonRows />}
      {error && (
        <Callout tone="bad" className="m-4" title="The documents could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      {data && documents.length === 0 && (
        <EmptyState icon={<FileText />} title="There are no documents yet" action={buttons}>
          Drop files here: PDF, Word, spreadsheets, presentations, HTML, Markdown, text.
        </EmptyState>
      )}
      {documents.length > 0 && (
        <DocumentTable documents={documents} refused={refused} onShow={setShown} onRetry={(id) => again.mutate([id])} />
      )}
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {adding && <AddDialog baseId={base.kb_id} onClose={() => setAdding(false)} />}
      {shown && <ChunksDialog document={shown} onClose={() => setShown(null)} />}
      {cited.document !== null && (
        <ChunksDialog
          document={{ kb_id: base.kb_id, document_id: cited.document, title: titleOf(documents, cited.document) }}
          {...(cited.chunk === null ? {} : { ordinal: cited.chunk })}
          onClose={() => void setCited({ document: null, chunk: null })}
        />
      )}
    </DropTarget>
  );
}

function titleOf(documents: readonly DocumentOut[], id: string): string {
  return documents.find(({ document_id }) => document_id === id)?.title ?? "Document";
}
