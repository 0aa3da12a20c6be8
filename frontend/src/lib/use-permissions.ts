"use client";

import { useCallback } from "react";

import { useFeatures } from "./features-context";
import { mayDo, type Permission, refusalOf } from "./permissions";
import { profileQuery } from "./queries";
import { useSharedQuery } from "./use-shared-query";

/** What the caller may do. Nothing is known to be allowed until the server has said so. */
export function usePermissions(): (permission: Permission) => boolean {
  const { data } = useSharedQuery(profileQuery());
  return useCallback((permission) => mayDo(data, permission), [data]);
}

/** Why the caller may not do it, for the `refused` of a control; undefined where nothing speaks against it. */
export function useRefusal(permission: Permission): string | undefined {
  const { data } = useSharedQuery(profileQuery());
  const words = Object.assign({}, ...useFeatures().map(({ permissionWords }) => permissionWords)) as Record<
    string,
    string
  >;
  return refusalOf(data, permission, words);
}
