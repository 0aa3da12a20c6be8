"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  className?: string;
}

/** A modal dialog: traps the focus, closes on Escape, gives the focus back. */
export function Dialog({ open, onOpenChange, title, description, children, footer, className }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/35 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-black/60" />
        <Base.Popup
          className={cn(
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[min(30rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col rounded-lg border border-line bg-surface shadow-pop transition-all duration-150 data-ending-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0",
            className,
          )}
        >
          <div className="flex items-start gap-3 px-4 pt-3.5 pb-1">
            <Base.Title className="flex-1 text-lg font-semibold">{title}</Base.Title>
            <Base.Close aria-label="Close" className="-mr-1 rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink">
              <X className="size-4" />
            </Base.Close>
          </div>
          {description && <Base.Description className="px-4 pb-2 text-sm text-ink-2">{description}</Base.Description>}
          {children && <div className="min-h-0 flex-1 overflow-y-auto px-4 py-2">{children}</div>}
          {footer && <div className="flex flex-wrap justify-end gap-2 px-4 pt-2 pb-3.5">{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
