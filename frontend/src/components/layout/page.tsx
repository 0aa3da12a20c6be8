"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useEffect } from "react";

import { cn } from "@/lib/cn";

export interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  /** Where this page hangs: the list above it. */
  parent?: { href: string; label: string };
  actions?: ReactNode;
  /** Small facts beside the title. */
  facts?: ReactNode;
}

/** The title while the thing is being loaded. */
export const UNKNOWN = "…";

/** The top of a page: where we are, what it is, what can be done. */
export function PageHeader({ title, description, parent, actions, facts }: PageHeaderProps) {
  // A page of one thing is called after it: tabs and bookmarks tell them apart.
  const named =
    parent && typeof title === "string" && title !== UNKNOWN ? `${title} · ${parent.label} · Dynagent` : null;
  useEffect(() => {
    if (named !== null) document.title = named;
  }, [named]);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b bg-surface px-4 py-2.5 md:px-5">
      <div className={cn("min-w-0 flex-1", parent ? "basis-60" : "basis-20")}>
        <div className="flex min-h-7 min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          {parent && (
            <span className="flex items-center gap-1 text-ink-3">
              <Link href={parent.href} className="hover:text-ink">
                {parent.label}
              </Link>
              <ChevronRight aria-hidden className="size-3.5" />
            </span>
          )}
          <h1 className="min-w-0 truncate text-lg font-semibold">{title}</h1>
          {facts}
        </div>
        {description && <p className="text-sm text-ink-2">{description}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** The body of a page that scrolls as a whole. */
export function PageBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cn("w-full max-w-[100rem] px-4 py-4 md:px-5", className)}>{children}</div>;
}
