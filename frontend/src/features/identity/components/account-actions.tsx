"use client";

import { ChevronsUpDown, CircleUserRound, LogOut, SunMoon } from "lucide-react";
import { useRouter } from "next/navigation";

import { Menu, MenuItem } from "@/components/ui/menu";
import type { UserOut } from "@/lib/api";

import { logOut } from "../api/sessions";
import { useLeave } from "../hooks/use-leave";

/** Who is signed in, and what concerns them. */
export function AccountActions({ user }: { user: UserOut }) {
  const router = useRouter();
  const leave = useLeave();
  const trigger = (
    <button
      type="button"
      className="flex w-full items-center gap-2 rounded-md px-2 py-1 text-left text-xs text-ink-2 hover:bg-hover hover:text-ink"
    >
      <CircleUserRound className="size-4" />
      <span className="sr-only">Account of </span>
      <span className="flex-1 truncate">{user.username}</span>
      <span className="text-ink-3">{user.role_label}</span>
      <ChevronsUpDown className="size-3 text-ink-3" />
    </button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuItem onSelect={() => router.push("/settings/profile")}>
        <CircleUserRound /> Profile
      </MenuItem>
      <MenuItem onSelect={() => router.push("/settings/appearance")}>
        <SunMoon /> Appearance
      </MenuItem>
      <MenuItem onSelect={() => leave(logOut)}>
        <LogOut /> Sign out
      </MenuItem>
    </Menu>
  );
}
