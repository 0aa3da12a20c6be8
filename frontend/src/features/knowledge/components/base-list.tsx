"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { BookOpenText, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { PageHeader } from "@/components/layout/page";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { KnowledgeBaseDetails } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";
import { useRefusal } from "@/lib/use-permissions";

import { basesQuery } from "../api/bases";
import { BaseDialog } from "./base-dialog";
import { BaseStatus } from "./base-status";

/** All knowledge bases that one may read. */
export function BaseList() {
  const [making, setMaking] = useState(false);
  const refused = useRefusal("knowledge:write");
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(basesQuery());
  const bases = data?.pages.flatMap((page) => page.knowledge_bases) ?? [];
  const button = (
    <Button variant="primary" disabled={refused !== undefined} title={refused} onClick={() => setMaking(true)}>
      <Plus /> New knowledge base
    </Button>
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader title="Knowledge" description="Documents that agents answer from." actions={button} />
      {isPending && <SkeletonRows />}
      {error && (
        <Callout tone="bad" className="m-4" title="The knowledge bases could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      {data && bases.length === 0 && (
        <EmptyState icon={<BookOpenText />} title="There is no knowledge base yet" action={button}>
          Make one, drop documents into it, and choose it in an agent: its answers then cite them.
        </EmptyState>
      )}
      <ul className="divide-y">
        {bases.map((base) => (
          <BaseRow key={base.kb_id} base={base} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {making && <BaseDialog onClose={() => setMaking(false)} />}
    </div>
  );
}

function BaseRow({ base }: { base: KnowledgeBaseDetails }) {
  const now = useNow(30_000);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-hover md:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <Link href={`/knowledge/${base.kb_id}`} className="block truncate font-medium hover:underline">
          {base.name}
        </Link>
        {base.description && <p className="truncate text-xs text-ink-2">{base.description}</p>}
      </div>
      {!base.is_own && <Badge tone="outline">shared with you</Badge>}
      <BaseStatus status={base.status} />
      <span className="nums w-44 text-xs text-ink-2">
        {base.documents} documents · {base.chunks} chunks
      </span>
      <span className="nums w-28 text-xs text-ink-3">
        <Ago at={base.updated_at} now={now} />
      </span>
    </li>
  );
}
