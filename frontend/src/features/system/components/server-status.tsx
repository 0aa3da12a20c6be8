"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { cn } from "@/lib/cn";
import { healthQuery } from "@/lib/health";

const looks = {
  warn: { dot: "bg-warn", text: "Degraded" },
  fail: { dot: "bg-bad", text: "A part fails" },
  away: { dot: "bg-bad", text: "Offline" },
};

/** How the server is, in the navigation: nothing while all is well. */
export function ServerStatus() {
  const { data, error } = useQuery(healthQuery());
  const status = error ? "away" : data?.status;
  if (status === undefined || status === "ok") return null;
  const look = looks[status];
  return (
    <Link
      href="/settings/health"
      className="flex items-center gap-2 rounded-md px-2 py-1 text-xs text-ink-2 hover:bg-hover hover:text-ink"
    >
      <span aria-hidden className={cn("size-2 rounded-full", look.dot)} />
      {look.text}
    </Link>
  );
}
