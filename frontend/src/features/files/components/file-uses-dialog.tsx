"use client";

import { X } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { SkeletonRows } from "@/components/ui/surface";
import type { FileOut } from "@/lib/api";
import { problemText } from "@/lib/problem";

import { useFileUses } from "../hooks/use-file-uses";

const NONE = "";
const places = { agent: "/agents", workflow: "/workflows" } as const;

/** Which agents and workflows are given a file with each run; more can be added, and each be left without it. */
export function FileUsesDialog({ file, onClose }: { file: FileOut; onClose: () => void }) {
  const { uses, choices, error, isPending, busy, add, remove } = useFileUses(file.id);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Attach ${file.name}`}
      description="Each run of what it is attached to is given its text or its picture."
    >
      <div className="flex flex-col gap-3 pb-3">
        <Select
          label="Attach to"
          value={NONE}
          options={[{ value: NONE, label: "Choose an agent or a workflow …" }, ...choices]}
          onChange={(value) => value !== NONE && add(value)}
          disabled={busy}
        />
        {isPending && <SkeletonRows rows={2} />}
        {error && <Callout tone="bad">{problemText(error)}</Callout>}
        {!isPending && uses.length === 0 && <p className="text-sm text-ink-3">It is attached to nothing yet.</p>}
        <ul className="flex flex-col">
          {uses.map(({ kind, id, name }) =>
            (kind === "agent" || kind === "workflow") && id ? (
              <li key={id} className="flex items-center gap-2 border-b py-1 last:border-b-0">
                <Link href={`${places[kind]}/${id}`} className="min-w-0 flex-1 truncate hover:underline">
                  {name}
                </Link>
                <span className="text-xs text-ink-3">{kind}</span>
                <Button
                  size="iconSm"
                  variant="ghost"
                  aria-label={`Detach from ${name}`}
                  disabled={busy}
                  onClick={() => remove({ kind, id })}
                >
                  <X />
                </Button>
              </li>
            ) : null,
          )}
        </ul>
      </div>
    </Dialog>
  );
}
