"use client";

import { ShieldAlert, ShieldCheck } from "lucide-react";
import Link from "next/link";

import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { healthQuery } from "@/lib/health";
import { useSharedQuery } from "@/lib/use-shared-query";

/** How well registered code is shut in on this server; nothing until that is known. */
export function SandboxNote({ className }: { className?: string }) {
  const { data } = useSharedQuery(healthQuery());
  const part = data?.parts.sandbox;
  if (!part) return null;
  const fine = part.status === "ok";
  return (
    <Tooltip
      text={
        part.advice || "Registered code runs in processes of its own, without the server's files, keys and network."
      }
    >
      <Link
        href="/settings/health"
        className={cn(
          "inline-flex items-center gap-1.5 rounded-sm text-xs hover:underline",
          fine ? "text-ink-3" : "text-warn-ink",
          className,
        )}
      >
        {fine ? (
          <ShieldCheck aria-hidden className="size-3.5 text-good-ink" />
        ) : (
          <ShieldAlert aria-hidden className="size-3.5" />
        )}
        Sandbox: {part.detail}
      </Link>
    </Tooltip>
  );
}
