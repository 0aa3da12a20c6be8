"use client";

import { Plus } from "lucide-react";

import { ButtonLink, type ButtonLinkProps } from "@/components/ui/button";
import type { Permission } from "@/lib/permissions";
import { useRefusal } from "@/lib/use-permissions";

interface Place {
  href: string;
  permission: Permission;
}

/** Where things are made, and what that needs. */
export const createPlaces = {
  agent: { href: "/agents/new", permission: "agents:write" },
  tool: { href: "/tools/new", permission: "tools:write" },
  schedule: { href: "/schedules/new", permission: "executions:run" },
  chat: { href: "/chats?fresh=true", permission: "executions:run" },
} as const satisfies Record<string, Place>;

/** The way to a new thing; for those who may not make one it says why, and leads nowhere. */
export function CreateLink({
  what,
  children,
  variant = "primary",
  ...rest
}: { what: keyof typeof createPlaces } & Omit<ButtonLinkProps, "href" | "refused">) {
  const { href, permission } = createPlaces[what];
  return (
    <ButtonLink href={href} variant={variant} refused={useRefusal(permission)} {...rest}>
      <Plus /> {children}
    </ButtonLink>
  );
}
