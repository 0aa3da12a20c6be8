import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/lib/cn";

/** A bordered sheet. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border bg-surface", className)} {...rest} />;
}

/** A grey place holder while something loads. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("breathe rounded-sm bg-hover", className)} />;
}

/** Rows of skeletons. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-7" />
      ))}
    </div>
  );
}

/** A key of the keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border bg-sunken px-1 font-sans text-2xs text-ink-2">
      {children}
    </kbd>
  );
}

/** A place with nothing in it yet: says what would be here and how it comes about. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-14 text-center">
      {icon && <div className="mb-1 text-ink-3 [&_svg]:size-7 [&_svg]:stroke-[1.4]">{icon}</div>}
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="text-sm text-ink-2">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
