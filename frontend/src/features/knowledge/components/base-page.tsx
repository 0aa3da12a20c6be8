"use client";

import { useQuery } from "@tanstack/react-query";
import { RefreshCw, Settings2, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";

import { PageHeader, UNKNOWN } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { SkeletonRows } from "@/components/ui/surface";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import type { KnowledgeBaseDetails } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { baseQuery, deleteBase, reindexBase } from "../api/bases";
import { useChange } from "../hooks/use-change";
import { BaseDialog } from "./base-dialog";
import { BaseStatus } from "./base-status";
import { Documents } from "./documents";
import { QueryPanel } from "./query-panel";

const tabs = ["documents", "query"] as const;
const parent = { href: "/knowledge", label: "Knowledge" };

/** One knowledge base: its documents, and a place to try questions. */
export function BasePage({ baseId }: { baseId: string }) {
  const { data: base, error } = useQuery(baseQuery(baseId));
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("documents"));
  if (error && !base) {
    return (
      <>
        <PageHeader parent={parent} title="Knowledge base" />
        <Callout tone="bad" className="m-4" title="This knowledge base cannot be shown">
          {problemText(error)}
        </Callout>
      </>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        parent={parent}
        title={base?.name ?? UNKNOWN}
        description={base?.description}
        facts={base && <Facts base={base} />}
        actions={base?.is_own && <Actions base={base} />}
      />
      {!base ? (
        <SkeletonRows />
      ) : (
        <Tabs
          label="Knowledge base"
          value={tab}
          onChange={(next) => void setTab(tabs.find((name) => name === next) ?? null)}
          tabs={[
            { value: "documents", label: "Documents" },
            { value: "query", label: "Try a question" },
          ]}
        >
          <TabPanel value="documents" className="flex min-h-0 flex-1 flex-col overflow-y-auto">
            <Documents base={base} />
          </TabPanel>
          <TabPanel value="query" className="min-h-0 overflow-y-auto p-4 md:px-5">
            <QueryPanel base={base} />
          </TabPanel>
        </Tabs>
      )}
    </div>
  );
}

function Facts({ base }: { base: KnowledgeBaseDetails }) {
  return (
    <>
      <BaseStatus status={base.status} />
      {base.is_reindexing && <Badge tone="accent">a new index is being built</Badge>}
      {!base.is_own && <Badge tone="outline">shared with you</Badge>}
      <span className="nums text-xs text-ink-3">
        {base.documents} documents · {base.chunks} chunks · {base.embedding_model}
      </span>
    </>
  );
}

function Actions({ base }: { base: KnowledgeBaseDetails }) {
  const router = useRouter();
  const refused = useRefusal("knowledge:write");
  const [open, setOpen] = useState<"settings" | "delete" | null>(null);
  const reindex = useChange(() => reindexBase(base.kb_id), "Indexing anew has begun");
  const remove = useChange(() => deleteBase(base.kb_id), `${base.name} deleted`);
  if (refused !== undefined) return null;
  return (
    <>
      <Button disabled={reindex.isPending || base.is_reindexing} onClick={() => reindex.mutate(undefined)}>
        <RefreshCw /> Index anew
      </Button>
      <Button onClick={() => setOpen("settings")}>
        <Settings2 /> Settings
      </Button>
      <Button size="icon" variant="ghost" aria-label="Delete this knowledge base" onClick={() => setOpen("delete")}>
        <Trash2 />
      </Button>
      {open === "settings" && <BaseDialog base={base} onClose={() => setOpen(null)} />}
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(shown) => !shown && setOpen(null)}
        title={`Delete ${base.name}?`}
        description="Its documents and chunks are removed for good; uploaded files stay among your files. Agents go on without it."
        action="Delete"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => router.push("/knowledge") })}
      />
    </>
  );
}
