"use client";

import type { Creation, Place } from "./feature";
import { useFeatures } from "./features-context";
import { usePermissions } from "./use-permissions";

/** The places that the caller may go to. */
export function usePlaces(): readonly Place[] {
  const may = usePermissions();
  return useFeatures()
    .flatMap(({ places = [] }) => places)
    .filter(({ permission }) => permission === undefined || may(permission));
}

/** Where a thing is made, and what that needs. */
export function useCreation(what: string): Creation | undefined {
  return useFeatures()
    .flatMap(({ creations = [] }) => creations)
    .find((creation) => creation.what === what);
}

/** Whether the caller may make anything at all. */
export function useMayCreate(): boolean {
  const may = usePermissions();
  return useFeatures().some(({ creations = [] }) => creations.some(({ permission }) => may(permission)));
}
