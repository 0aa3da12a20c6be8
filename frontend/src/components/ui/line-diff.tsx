import { cn } from "@/lib/cn";
import type { DiffLine } from "@/lib/text-diff";

const looks = {
  same: "text-ink-2",
  added: "bg-good-soft text-good-ink",
  removed: "bg-bad-soft text-bad-ink line-through decoration-bad/50",
};
const signs = { same: " ", added: "+", removed: "−" };

/** Two texts as lines: what was added, what was removed, what stayed. */
export function LineDiff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <ol className="overflow-x-auto rounded-md border bg-sunken py-1 font-mono text-xs">
      {lines.map(({ kind, text }, index) => (
        <li key={index} className={cn("flex gap-2 px-2 break-words whitespace-pre-wrap", looks[kind])}>
          <span aria-hidden className="shrink-0 select-none">
            {signs[kind]}
          </span>
          {kind !== "same" && <span className="sr-only">{kind}</span>}
          <span>{text || " "}</span>
        </li>
      ))}
    </ol>
  );
}
