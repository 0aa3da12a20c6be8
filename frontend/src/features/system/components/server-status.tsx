"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { cn } from "@/lib/cn";
import { healthQuery } from "@/lib/health";

const looks = {
  ok: { dot: "bg-good", text: "All parts work" },
  warn: { dot: "bg-warn", text: "Works, look at it" },
  fail: { dot: "bg-bad", text: "A part fails" },
};

/** A dot in the navigation: how the server is. */
export function ServerStatus() {
  const { data, error } = useQuery(healthQuery());
  const look = error
    ? { dot: "bg-bad", text: "No answer" }
    : data
      ? looks[data.status]
      : { dot: "bg-line-strong breathe", text: "Asking …" };
  return (
    <Link
      href="/settings"
      className="flex items-center gap-2 rounded-md px-2 py-1 text-xs text-ink-3 hover:bg-hover hover:text-ink"
    >
      <span aria-hidden className={cn("size-2 rounded-full", look.dot)} />
      <span className="flex-1 truncate">{look.text}</span>
      {data && <span className="nums">{data.version}</span>}
    </Link>
  );
}
