import { CircleAlert, FileCheck, LoaderCircle, X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { fileSize } from "@/lib/format";

import type { UploadItem } from "@/lib/upload-queue";

/** Files on their way: what has arrived of each, why one was refused, and a way to be rid of it. */
export function UploadItems({ items, onRemove }: { items: readonly UploadItem[]; onRemove: (key: string) => void }) {
  if (items.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-1.5">
      {items.map(({ key, name, size, sent, kept, problem }) => (
        <li
          key={key}
          className="relative flex max-w-full min-w-0 items-center gap-1.5 overflow-hidden rounded-md border bg-sunken py-0.5 pr-0.5 pl-2 text-xs"
        >
          {problem ? (
            <CircleAlert aria-hidden className="size-3.5 shrink-0 text-bad-ink" />
          ) : kept ? (
            <FileCheck aria-hidden className="size-3.5 shrink-0 text-ok-ink" />
          ) : (
            <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin text-ink-3" />
          )}
          <span className="max-w-56 truncate" title={name}>
            {name}
          </span>
          <span className="nums shrink-0 text-ink-3" title={problem ?? undefined}>
            {problem ? <span className="text-bad-ink">{problem}</span> : kept ? fileSize(size) : percent(sent, size)}
          </span>
          <Button size="iconSm" variant="ghost" aria-label={`Remove ${name}`} onClick={() => onRemove(key)}>
            <X />
          </Button>
          {!kept && !problem && (
            <progress
              aria-label={`${name}: sent`}
              value={sent}
              max={size}
              className="absolute inset-x-0 bottom-0 h-0.5 w-full appearance-none [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-accent"
            />
          )}
        </li>
      ))}
    </ul>
  );
}

const percent = (sent: number, size: number) => `${Math.floor((100 * sent) / Math.max(1, size))} %`;
