"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Webhook } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { NotPermitted } from "@/components/ui/read-only";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { TriggerSecretOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { triggersQuery } from "../api/triggers";
import { SecretCard } from "./secret-card";
import { TriggerDialog } from "./trigger-dialog";
import { TriggerRow } from "./trigger-row";

const NEW = "new";
const create = <CreateLink what="trigger">New trigger</CreateLink>;

/** Triggers: which messages of other programs start what, and the secret of one that was just made. */
export function TriggersPage() {
  const [edit, setEdit] = useQueryState("edit", parseAsString);
  const [made, setMade] = useState<TriggerSecretOut | null>(null);
  const unseen = useRefusal("triggers:read");
  const mayNot = useRefusal("triggers:write");
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    ...triggersQuery(),
    enabled: unseen === undefined,
  });
  const triggers = data?.pages.flatMap((page) => page.triggers) ?? [];
  const editing = triggers.find(({ id }) => id === edit);
  return (
    <>
      <PageHeader
        title="Triggers"
        description="A signed message of another program (an incoming webhook) starts an agent or a workflow."
        actions={create}
      />
      {unseen !== undefined ? (
        <NotPermitted reason={unseen} />
      ) : (
        <PageBody className="flex max-w-4xl flex-col gap-4">
          {made && <SecretCard trigger={made} onClose={() => setMade(null)} />}
          {isPending && <SkeletonRows rows={3} />}
          {error && (
            <Callout
              tone="bad"
              title="The triggers could not be loaded"
              action={
                <Button size="sm" onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            >
              {problemText(error)}
            </Callout>
          )}
          {data && triggers.length === 0 && (
            <EmptyState icon={<Webhook />} title="No triggers yet" action={create}>
              Have a build, a form or a repository start an agent: give that program the address and the secret of a
              trigger. A message that is sent twice starts one run.
            </EmptyState>
          )}
          {triggers.length > 0 && (
            <Card>
              <ul aria-label="Triggers" className="divide-y">
                {triggers.map((trigger) => (
                  <TriggerRow
                    key={trigger.id}
                    trigger={trigger}
                    onEdit={() => void setEdit(trigger.id)}
                    onSecret={setMade}
                  />
                ))}
              </ul>
            </Card>
          )}
          {hasNextPage && (
            <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          )}
        </PageBody>
      )}
      {mayNot === undefined && (edit === NEW || editing) && (
        <TriggerDialog
          key={edit}
          trigger={editing}
          onClose={() => void setEdit(null)}
          onMade={(trigger) => {
            setMade(trigger);
            void setEdit(null);
          }}
        />
      )}
    </>
  );
}
