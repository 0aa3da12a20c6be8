import { cn } from "@/lib/cn";

const MAX_TEXT = 1200;

const inks: Record<string, string> = {
  user: "text-accent-ink",
  assistant: "text-model-ink",
  tool: "text-tool-ink",
  system: "text-ink-3",
};

/** One message of a conversation with a model: who says it, and its beginning. */
export function Message({ role, name, text }: { role: string; name: string; text: string }) {
  return (
    <li className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2 px-2.5 py-1.5">
      <span className={cn("truncate font-mono text-2xs leading-5", inks[role])}>{name || role}</span>
      <span
        className={cn(
          "line-clamp-6 text-xs leading-5 break-words whitespace-pre-wrap",
          role !== "user" && "font-mono text-2xs leading-5",
        )}
      >
        {text.slice(0, MAX_TEXT)}
      </span>
    </li>
  );
}
