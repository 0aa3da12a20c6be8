"use client";

import { Plus } from "lucide-react";

import { ButtonLink, type ButtonLinkProps } from "@/components/ui/button";
import type { Creation } from "@/lib/feature";
import { useCreation } from "@/lib/use-places";
import { useRefusal } from "@/lib/use-permissions";

/** The way to a new thing, as its feature calls it; for those who may not make one it says why, and leads nowhere. */
export function CreateLink({ what, ...rest }: { what: string } & Omit<ButtonLinkProps, "href" | "refused">) {
  const creation = useCreation(what);
  return creation ? <KnownLink creation={creation} {...rest} /> : null;
}

function KnownLink({
  creation: { href, permission },
  children,
  variant = "primary",
  ...rest
}: { creation: Creation } & Omit<ButtonLinkProps, "href" | "refused">) {
  return (
    <ButtonLink href={href} variant={variant} refused={useRefusal(permission)} {...rest}>
      <Plus /> {children}
    </ButtonLink>
  );
}
