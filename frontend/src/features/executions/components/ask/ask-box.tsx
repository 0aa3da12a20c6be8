"use client";

import { ArrowUp, Paperclip, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";

import { ChooseFiles } from "@/components/files/choose-files";
import { DropTarget } from "@/components/files/drop-target";
import { UploadItems } from "@/components/files/upload-items";
import { useUploads } from "@/components/files/use-uploads";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useRefusal } from "@/lib/use-permissions";

const MAX_QUERY = 100_000;
const MAX_FILES = 20;

export interface AskBoxProps {
  initial?: string;
  busy: boolean;
  disabled?: boolean;
  /** Asks, with the files that were attached. */
  onAsk: (query: string, fileIds: readonly string[]) => void;
  /** Shown while busy; stops the run. */
  onStop?: () => void;
  children?: React.ReactNode;
  className?: string;
}

/** Where a question is written, and files are attached. Enter sends it, Shift+Enter makes a new line. */
export function AskBox({ initial = "", busy, disabled = false, onAsk, onStop, children, className }: AskBoxProps) {
  const [query, setQuery] = useState(initial);
  const refused = useRefusal("executions:run");
  const mayNotUpload = useRefusal("files:write");
  const files = useUploads();
  const sendable = query.trim() !== "" && !files.busy && files.items.length <= MAX_FILES;
  const ready = sendable && !busy && !disabled && refused === undefined;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!ready) return;
    onAsk(
      query.trim(),
      files.items.flatMap(({ kept }) => (kept ? [kept.id] : [])),
    );
    files.clear();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <DropTarget onFiles={files.add} disabled={mayNotUpload !== undefined} className="rounded-lg">
      <form
        onSubmit={submit}
        className={cn("rounded-lg border border-control-line/70 bg-surface focus-within:border-accent", className)}
      >
        <textarea
          aria-label="Question"
          value={query}
          maxLength={MAX_QUERY}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder={refused ?? "Ask the agent …"}
          readOnly={refused !== undefined}
          onPaste={(event) => {
            if (mayNotUpload !== undefined || event.clipboardData.files.length === 0) return;
            event.preventDefault();
            files.add(event.clipboardData.files);
          }}
          className="field-sizing-content block max-h-60 min-h-16 w-full resize-none bg-transparent px-3 pt-2.5 pb-1 text-base outline-none"
        />
        <div className="px-2 pb-1.5 empty:hidden">
          <UploadItems items={files.items} onRemove={files.remove} />
        </div>
        <div className="flex flex-wrap items-center gap-2 px-2 pb-2">
          <ChooseFiles size="icon" variant="ghost" aria-label="Attach files" refused={mayNotUpload} onFiles={files.add}>
            <Paperclip />
          </ChooseFiles>
          {children}
          <span className="ml-auto text-2xs text-ink-3 max-sm:hidden">Enter to ask, Shift+Enter for a new line</span>
          {busy && onStop ? (
            <Button size="sm" onClick={onStop} refused={refused} className="max-sm:ml-auto">
              <Square className="fill-current" /> Stop
            </Button>
          ) : (
            <Button
              type="submit"
              size="sm"
              variant="primary"
              disabled={!ready && refused === undefined}
              refused={refused}
              className="max-sm:ml-auto"
            >
              <ArrowUp /> Ask
            </Button>
          )}
        </div>
      </form>
    </DropTarget>
  );
}
