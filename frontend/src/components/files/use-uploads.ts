"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import type { FileKeptOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { randomId } from "@/lib/random-id";
import { upload } from "@/lib/upload";

/** A file on its way, there, or refused. */
export interface UploadItem {
  key: string;
  name: string;
  size: number;
  sent: number;
  kept: FileKeptOut | null;
  problem: string | null;
}

const AT_ONCE = 2;

/** Files that are being sent, a few at a time; what is left behind is aborted. `onKept` hears of each that is there. */
export function useUploads(onKept?: (file: FileKeptOut) => void) {
  const [items, setItems] = useState<readonly UploadItem[]>([]);
  const waiting = useRef<{ key: string; file: File }[]>([]);
  const running = useRef(new Map<string, AbortController>());
  const told = useRef(onKept);
  useEffect(() => {
    told.current = onKept;
  }, [onKept]);
  useEffect(() => {
    const open = running.current;
    return () => open.forEach((controller) => controller.abort());
  }, []);

  const change = useCallback((key: string, changes: Partial<UploadItem>) => {
    setItems((before) => before.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }, []);
  const next = useCallback(() => {
    while (running.current.size < AT_ONCE) {
      const first = waiting.current.shift();
      if (!first) return;
      const { key, file } = first;
      const controller = new AbortController();
      running.current.set(key, controller);
      upload(file, { signal: controller.signal, onProgress: (sent) => change(key, { sent }) })
        .then((kept) => {
          change(key, { kept });
          told.current?.(kept);
        })
        .catch((error: unknown) => change(key, { problem: problemText(error) }))
        .finally(() => {
          running.current.delete(key);
          next();
        });
    }
  }, [change]);
  const add = useCallback(
    (files: Iterable<File>) => {
      const added = [...files].map((file) => ({ key: randomId(), file }));
      waiting.current.push(...added);
      setItems((before) => [
        ...before,
        ...added.map(({ key, file }) => ({
          key,
          name: file.name,
          size: file.size,
          sent: 0,
          kept: null,
          problem: file.size === 0 ? "The file is empty." : null,
        })),
      ]);
      waiting.current = waiting.current.filter(({ file }) => file.size > 0);
      next();
    },
    [next],
  );
  const remove = useCallback((key: string) => {
    waiting.current = waiting.current.filter((item) => item.key !== key);
    running.current.get(key)?.abort();
    setItems((before) => before.filter((item) => item.key !== key));
  }, []);
  const clear = useCallback(() => setItems((before) => before.filter(({ kept, problem }) => !kept && !problem)), []);
  return { items, add, remove, clear, busy: items.some(({ kept, problem }) => !kept && !problem) };
}
