"use client";

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Files, Upload } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";

import { ChooseFiles } from "@/components/files/choose-files";
import { DropTarget } from "@/components/files/drop-target";
import { UploadItems } from "@/components/files/upload-items";
import { useUploads } from "@/components/files/use-uploads";
import { PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Input } from "@/components/ui/input";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { fileSize } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { usageQuery } from "../api/file-usage";
import { fileKeys } from "../api/keys";
import { filesQuery } from "../api/list-files";
import { FileTable } from "./file-table";

/** All files: upload by button or by dropping them anywhere on the page, find, download, delete. */
export function FileList() {
  const [search, setSearch] = useQueryState("search", parseAsString.withDefault(""));
  const queryClient = useQueryClient();
  const uploads = useUploads(() => void queryClient.invalidateQueries({ queryKey: fileKeys.all }));
  const refused = useRefusal("files:write");
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    filesQuery(search),
  );
  const files = data?.pages.flatMap((page) => page.files) ?? [];
  const button = (
    <ChooseFiles variant="primary" refused={refused} onFiles={uploads.add}>
      <Upload /> Upload files
    </ChooseFiles>
  );
  return (
    <DropTarget
      onFiles={uploads.add}
      disabled={refused !== undefined}
      className="flex min-h-0 flex-1 flex-col outline-offset-[-4px]"
    >
      <PageHeader title="Files" facts={<UsageFacts />} actions={button} />
      {(files.length > 0 || search !== "") && (
        <div role="group" aria-label="Filters" className="flex flex-wrap gap-2 border-b px-4 py-2 md:px-5">
          <Input
            aria-label="Find by name"
            placeholder="Find by name …"
            value={search}
            maxLength={255}
            onChange={(event) => void setSearch(event.target.value || null)}
            className="max-w-72"
          />
        </div>
      )}
      {uploads.items.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2 md:px-5">
          <UploadItems items={uploads.items} onRemove={uploads.remove} />
          {!uploads.busy && (
            <Button size="sm" variant="ghost" onClick={uploads.clear}>
              Clear
            </Button>
          )}
        </div>
      )}
      {isPending && <SkeletonRows />}
      {error && (
        <Callout
          tone="bad"
          className="m-4"
          title="The files could not be loaded"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problemText(error)}
        </Callout>
      )}
      {data && files.length === 0 && <Empty searched={search !== ""} button={button} />}
      {files.length > 0 && <FileTable files={files} />}
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </DropTarget>
  );
}

function UsageFacts() {
  const { data } = useQuery(usageQuery());
  if (!data) return null;
  return (
    <span className="nums text-ink-3">
      {data.files} · {fileSize(data.bytes)} of {fileSize(data.max_bytes)}
    </span>
  );
}

function Empty({ searched, button }: { searched: boolean; button: React.ReactNode }) {
  return searched ? (
    <EmptyState icon={<Files />} title="No file has this in its name" />
  ) : (
    <EmptyState icon={<Files />} title="There are no files yet" action={button}>
      Drop files here, or choose them. They can be sent along with a question, and attached to agents and workflows.
    </EmptyState>
  );
}
