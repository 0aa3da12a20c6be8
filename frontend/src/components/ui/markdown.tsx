"use client";

import dynamic from "next/dynamic";

const Rendered = dynamic(() => import("./markdown-rendered").then((module) => module.MarkdownRendered), {
  ssr: false,
  loading: () => null,
});

/** Text of a model as Markdown, without raw HTML. While it streams a caret stands at its end. */
export function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  return (
    <div className={streaming ? "prose streaming" : "prose"} data-testid="markdown">
      {needsMarkdown(text) ? <Rendered text={text} /> : <p className="whitespace-pre-wrap">{text}</p>}
    </div>
  );
}

/** Most answers are plain sentences: those need no parser. */
function needsMarkdown(text: string): boolean {
  return /[*_`#|[\]<>~]|^\s*(\d+\.|[-+])\s|\n\s*\n|https?:/m.test(text);
}
