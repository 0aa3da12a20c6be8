"use client";

import { useEffect, useState, useSyncExternalStore } from "react";

import type { UploadedFileOut } from "@/lib/api";
import { hasEnded, UploadQueue } from "@/lib/upload-queue";

const NONE: UploadQueue["items"] = [];

/** Files that are being sent from here; they stop when this is left. `onKept` hears of each that is there. */
export function useUploads(onKept?: (file: UploadedFileOut) => void) {
  const [queue] = useState(() => new UploadQueue(onKept));
  useEffect(() => queue.stop, [queue]);
  const items = useSyncExternalStore(
    queue.subscribe,
    () => queue.items,
    () => NONE,
  );
  const { add, remove, clear } = queue;
  return { items, add, remove, clear, busy: !items.every(hasEnded) };
}
