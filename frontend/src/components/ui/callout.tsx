import { AlertTriangle, CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

const tones = {
  info: { box: "border-accent/35 bg-accent-soft", icon: <Info className="text-accent-ink" /> },
  warn: { box: "border-warn/50 bg-warn-soft", icon: <AlertTriangle className="text-warn-ink" /> },
  bad: { box: "border-bad/40 bg-bad-soft", icon: <CircleAlert className="text-bad-ink" /> },
};

/** A note that stands out; errors are announced. */
export function Callout({
  tone = "info",
  title,
  children,
  action,
  className,
}: {
  tone?: keyof typeof tones;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cn(
        "flex flex-wrap items-start gap-2.5 rounded-md border px-3 py-2 text-sm",
        tones[tone].box,
        className,
      )}
    >
      <span className="mt-0.5 [&_svg]:size-4">{tones[tone].icon}</span>
      <div className="min-w-0 flex-1 basis-52">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="break-words text-ink-2">{children}</div>}
      </div>
      {action}
    </div>
  );
}
