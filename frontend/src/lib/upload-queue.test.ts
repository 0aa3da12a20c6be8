import { describe, expect, it, vi } from "vitest";

import type { UploadedFileOut } from "@/lib/api";

import type { UploadOptions } from "./upload";
import { hasEnded, UploadQueue } from "./upload-queue";

const file = (name: string, text = "hello") => new File([text], name);
const kept = (name: string) => ({ id: name, name }) as UploadedFileOut;

/** Uploads that end when the test says so. */
function uploads() {
  const open = new Map<string, { end: () => void; fail: (error: Error) => void; options: UploadOptions }>();
  const send = (sent: File, options: UploadOptions) =>
    new Promise<UploadedFileOut>((resolve, reject) => {
      open.set(sent.name, { end: () => resolve(kept(sent.name)), fail: reject, options });
    });
  return { open, send };
}

describe("UploadQueue", () => {
  it("sends two at a time and tells of each that is there", async () => {
    const { open, send } = uploads();
    const onKept = vi.fn();
    const queue = new UploadQueue(onKept, send);

    queue.add([file("a"), file("b"), file("c")]);
    expect([...open.keys()]).toEqual(["a", "b"]);
    open.get("a")?.options.onProgress?.(3);
    expect(queue.items[0]?.sent).toBe(3);
    open.get("a")?.end();
    await vi.waitFor(() => expect(open.has("c")).toBe(true));

    expect(onKept).toHaveBeenCalledExactlyOnceWith(kept("a"));
    expect(queue.items.map(hasEnded)).toEqual([true, false, false]);
    queue.clear();
    expect(queue.items.map(({ name }) => name)).toEqual(["b", "c"]);
  });

  it("says why a file was refused and goes on with the next", async () => {
    const { open, send } = uploads();
    const queue = new UploadQueue(undefined, send);

    queue.add([file("a"), file("b"), file("c")]);
    open.get("a")?.fail(new Error("it is infected"));
    await vi.waitFor(() => expect(open.has("c")).toBe(true));

    expect(queue.items[0]?.problem).toMatch(/infected/i);
  });

  it("stops what is removed and sends no empty file", () => {
    const { open, send } = uploads();
    const queue = new UploadQueue(undefined, send);

    queue.add([file("a"), file("nothing", "")]);
    queue.remove(queue.items[0]?.key ?? "");

    expect(open.get("a")?.options.signal?.aborted).toBe(true);
    expect(queue.items.map(({ problem }) => problem)).toEqual(["The file is empty."]);
    expect(open.has("nothing")).toBe(false);
  });
});
