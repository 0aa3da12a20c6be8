"use client";

import { useQuery } from "@tanstack/react-query";

import { profileQuery } from "./queries";

/** What the caller may do. Nothing is known to be allowed until the server has said so. */
export function usePermissions(): (permission: string) => boolean {
  const { data } = useQuery(profileQuery());
  return (permission) => data?.permissions.includes(permission) ?? false;
}
