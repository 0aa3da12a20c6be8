/** Files on their way, a few at a time. No React: whoever shows it subscribes. */
import type { UploadedFileOut } from "@/lib/api";

import { problemText } from "./problem";
import { randomId } from "./random-id";
import { upload, type UploadOptions } from "./upload";

/** A file on its way, there, or refused. */
export interface UploadItem {
  key: string;
  name: string;
  size: number;
  sent: number;
  kept: UploadedFileOut | null;
  problem: string | null;
}

type Send = (file: File, options: UploadOptions) => Promise<UploadedFileOut>;

const AT_ONCE = 2;

export class UploadQueue {
  items: readonly UploadItem[] = [];
  private waiting: { key: string; file: File }[] = [];
  private readonly running = new Map<string, AbortController>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly onKept: (file: UploadedFileOut) => void = () => undefined,
    private readonly send: Send = upload,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly add = (files: Iterable<File>): void => {
    const added = [...files].map((file) => ({ key: randomId(), file }));
    this.waiting.push(...added.filter(({ file }) => file.size > 0));
    this.show([...this.items, ...added.map(({ key, file }) => itemOf(key, file))]);
    this.next();
  };

  /** Leave a file out; one that is on its way is stopped. */
  readonly remove = (key: string): void => {
    this.waiting = this.waiting.filter((item) => item.key !== key);
    this.running.get(key)?.abort();
    this.show(this.items.filter((item) => item.key !== key));
  };

  /** Forget those that have ended. */
  readonly clear = (): void => this.show(this.items.filter((item) => !hasEnded(item)));

  /** Stop all that are on their way. */
  readonly stop = (): void => {
    this.waiting = [];
    this.running.forEach((controller) => controller.abort());
  };

  private next(): void {
    while (this.running.size < AT_ONCE) {
      const first = this.waiting.shift();
      if (!first) return;
      void this.run(first.key, first.file);
    }
  }

  private async run(key: string, file: File): Promise<void> {
    const controller = new AbortController();
    this.running.set(key, controller);
    try {
      const kept = await this.send(file, {
        signal: controller.signal,
        onProgress: (sent) => this.change(key, { sent }),
      });
      this.change(key, { kept });
      this.onKept(kept);
    } catch (error) {
      this.change(key, { problem: problemText(error) });
    } finally {
      this.running.delete(key);
      this.next();
    }
  }

  private change(key: string, changes: Partial<UploadItem>): void {
    this.show(this.items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }

  private show(items: readonly UploadItem[]): void {
    this.items = items;
    this.listeners.forEach((listener) => listener());
  }
}

export const hasEnded = ({ kept, problem }: UploadItem): boolean => kept !== null || problem !== null;

function itemOf(key: string, { name, size }: File): UploadItem {
  return { key, name, size, sent: 0, kept: null, problem: size === 0 ? "The file is empty." : null };
}
