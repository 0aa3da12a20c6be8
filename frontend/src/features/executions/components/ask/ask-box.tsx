"use client";

import { ArrowUp, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useRefusal } from "@/lib/use-permissions";

const MAX_QUERY = 100_000;

export interface AskBoxProps {
  initial?: string;
  busy: boolean;
  disabled?: boolean;
  onAsk: (query: string) => void;
  /** Shown while busy; stops the run. */
  onStop?: () => void;
  children?: React.ReactNode;
  className?: string;
}

/** Where a question is written. Enter sends it, Shift+Enter makes a new line. */
export function AskBox({ initial = "", busy, disabled = false, onAsk, onStop, children, className }: AskBoxProps) {
  const [query, setQuery] = useState(initial);
  const refused = useRefusal("executions:run");
  const ready = query.trim() !== "" && !busy && !disabled && refused === undefined;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (ready) onAsk(query.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  return (
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
        className="field-sizing-content block max-h-60 min-h-16 w-full resize-none bg-transparent px-3 pt-2.5 pb-1 text-base outline-none"
      />
      <div className="flex flex-wrap items-center gap-2 px-2 pb-2">
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
  );
}
