import { Fragment } from "react";

import { cn } from "@/lib/cn";

import { CopyButton } from "./copy-button";

const MAX_SHOWN = 60_000;
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON with colours and a copy button. Very long values are cut on screen, not in the copy. */
export function JsonView({ value, label, className }: { value: unknown; label: string; className?: string }) {
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  return (
    <CodeBlock text={text} label={label} {...(className ? { className } : {})}>
      {text.length < MAX_SHOWN ? (
        <Highlighted text={text} />
      ) : (
        `${text.slice(0, MAX_SHOWN)}\n… ${text.length - MAX_SHOWN} more characters (copy to see all)`
      )}
    </CodeBlock>
  );
}

/** A text in fixed width with a copy button. */
export function CodeBlock({
  text,
  label,
  className,
  children,
}: {
  text: string;
  label: string;
  className?: string;
  children?: React.ReactNode;
}) {
  return (
    <div className={cn("group relative min-w-0 rounded-md border bg-sunken", className)}>
      {/* A long block scrolls; the keyboard must be able to do that too. */}
      <pre
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={label}
        role="region"
        className="max-h-96 overflow-auto p-2.5 pr-9 font-mono text-xs leading-relaxed break-words whitespace-pre-wrap"
      >
        {children ?? text}
      </pre>
      <CopyButton
        text={text}
        label={`Copy ${label.toLowerCase()}`}
        size="iconSm"
        className="absolute top-1 right-1 bg-sunken"
      />
    </div>
  );
}

function Highlighted({ text }: { text: string }) {
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon, word] = match;
    parts.push(<Fragment key={end}>{text.slice(end, match.index)}</Fragment>);
    const colour = colon ? "text-ink" : quoted ? "text-good-ink" : word ? "text-model-ink" : "text-tool-ink";
    parts.push(
      <span key={`v${match.index}`} className={colour}>
        {whole}
      </span>,
    );
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
