"use client";

import dynamic from "next/dynamic";

import { nothing } from "@/lib/nothing";
import { useSession } from "@/lib/use-session";

// Menus are left out of what every page loads first.
const AccountActions = dynamic(
  () => import("./account-actions").then((module) => module.AccountActions).catch(nothing),
  { ssr: false },
);

/** Who is signed in, and what concerns them; nothing in local mode. */
export function AccountMenu() {
  const { user } = useSession();
  return user ? <AccountActions user={user} /> : null;
}
