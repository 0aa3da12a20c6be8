"use client";

import { useSyncExternalStore } from "react";

const nothing = () => () => undefined;

/** False while the exported HTML is being taken over, true from then on: for what only the browser can know. */
export function useMounted(): boolean {
  return useSyncExternalStore(
    nothing,
    () => true,
    () => false,
  );
}
