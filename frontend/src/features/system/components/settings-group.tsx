import type { ReactNode } from "react";

import { Card } from "@/components/ui/surface";

/** Lines of the settings under a heading. */
export function Group({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className="mb-1.5 flex min-h-7 items-center justify-between">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </div>
      <Card className="divide-y">{children}</Card>
    </section>
  );
}

/** One setting or fact: its name, an explanation, its control. */
export function Line({ name, text, children }: { name: string; text?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium first-letter:uppercase">{name}</p>
        {text && <div className="text-xs break-words text-ink-3">{text}</div>}
      </div>
      {children}
    </div>
  );
}
