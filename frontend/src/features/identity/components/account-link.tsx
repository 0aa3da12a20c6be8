"use client";

import { CircleUserRound } from "lucide-react";
import Link from "next/link";

import { useSession } from "@/lib/use-session";

/** Who is signed in, and the way to the account; nothing in local mode. */
export function AccountLink() {
  const { user } = useSession();
  if (!user) return null;
  return (
    <Link
      href="/settings/profile"
      className="flex items-center gap-2 rounded-md px-2 py-1 text-xs text-ink-2 hover:bg-hover hover:text-ink"
    >
      <CircleUserRound className="size-4" />
      <span className="flex-1 truncate">{user.username}</span>
      <span className="text-ink-3">{user.role_label}</span>
    </Link>
  );
}
