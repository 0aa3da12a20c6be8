"use client";

import { type ComponentType, useSyncExternalStore } from "react";

type Renderer = ComponentType<{ text: string }>;

let loaded: Renderer | undefined;
const waiting = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  waiting.add(listener);
  if (!loaded) {
    void import("./markdown-rendered").then((module) => {
      loaded = module.MarkdownRendered;
      for (const notify of waiting) notify();
    });
  }
  return () => waiting.delete(listener);
}

/** Text of a model as Markdown, without raw HTML; as plain text until the parser is there. While it streams a caret stands at its end. */
export function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  return (
    <div className={streaming ? "prose streaming" : "prose"} data-testid="markdown">
      {needsMarkdown(text) ? <Parsed text={text} /> : <Plain text={text} />}
    </div>
  );
}

function Parsed({ text }: { text: string }) {
  // Not made here, only found here: it is the same component for the life of the page.
  /* eslint-disable react-hooks/static-components */
  const Rendered = useSyncExternalStore(
    subscribe,
    () => loaded,
    () => undefined,
  );
  return Rendered ? <Rendered text={text} /> : <Plain text={text} />;
  /* eslint-enable react-hooks/static-components */
}

function Plain({ text }: { text: string }) {
  return <p className="whitespace-pre-wrap">{text}</p>;
}

/** Most answers are plain sentences: those need no parser. */
function needsMarkdown(text: string): boolean {
  return /[*_`#|[\]<>~]|^\s*(\d+\.|[-+])\s|\n\s*\n|https?:/m.test(text);
}
