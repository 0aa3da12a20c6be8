import { dateTime, relativeTime } from "@/lib/format";

/** A moment as people say it; the exact one, with its zone, under the pointer. */
export function Ago({ at, now, className }: { at: string | null | undefined; now: number; className?: string }) {
  if (!at) return <span className={className}>–</span>;
  return (
    <time dateTime={at} title={dateTime(at)} className={className}>
      {relativeTime(at, now)}
    </time>
  );
}
