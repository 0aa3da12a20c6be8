"use client";

import { profileQuery } from "./queries";
import { useSharedQuery } from "./use-shared-query";

/** What the caller may do. Nothing is known to be allowed until the server has said so. */
export function usePermissions(): (permission: string) => boolean {
  const { data } = useSharedQuery(profileQuery());
  return (permission) => data?.permissions.includes(permission) ?? false;
}
