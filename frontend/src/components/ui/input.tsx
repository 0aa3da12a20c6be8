import { Search } from "lucide-react";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

import { useReadOnly } from "./read-only";

export const fieldStyles =
  "w-full rounded-md border border-control-line/70 bg-surface px-2.5 text-sm text-ink transition-colors hover:border-control-line focus-visible:border-accent focus-visible:outline-2 focus-visible:-outline-offset-1 disabled:opacity-60 aria-invalid:border-bad aria-invalid:focus-visible:outline-bad";

// Not among the styles that others borrow: for CSS every button is "read only".
const shownOnly = "read-only:border-line read-only:bg-sunken/60";

/** A one-line text field. */
export function Input({ className, readOnly, ...rest }: ComponentProps<"input">) {
  const shown = useReadOnly();
  return <input className={cn(fieldStyles, shownOnly, "h-8", className)} readOnly={readOnly ?? shown} {...rest} />;
}

/** A text field of several lines that grows with its text. */
export function Textarea({ className, readOnly, ...rest }: ComponentProps<"textarea">) {
  const shown = useReadOnly();
  return (
    <textarea
      className={cn(fieldStyles, shownOnly, "field-sizing-content min-h-16 resize-y py-1.5 leading-relaxed", className)}
      readOnly={readOnly ?? shown}
      {...rest}
    />
  );
}

/** A text field for searching, with its label spoken only. */
export function SearchInput({ label, className, ...rest }: ComponentProps<"input"> & { label: string }) {
  return (
    <div className={cn("relative min-w-40", className)}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3"
      />
      <Input type="search" aria-label={label} placeholder={label} readOnly={false} className="pl-8" {...rest} />
    </div>
  );
}
