/** Uploads in parts that go on where a broken line left them. */
import { beginUpload, continueUpload, type UploadedFileOut, getUpload } from "@/lib/api";

import { toProblem } from "./problem";

/** Small enough that the progress moves, large enough that the way there and back does not count. */
const PART_BYTES = 4 * 1024 * 1024;
const TRIES = 5;
const FIRST_WAIT_MS = 500;

export interface UploadOptions {
  /** Told of the bytes that have arrived. */
  onProgress?: (sent: number) => void;
  signal?: AbortSignal;
}

/** Send a file and return what the server has made of it. Throws a problem, or an AbortError once it is aborted. */
export async function upload(file: File, { onProgress, signal }: UploadOptions = {}): Promise<UploadedFileOut> {
  const begun = await beginUpload({
    body: { name: file.name, size: file.size },
    throwOnError: true,
    ...(signal ? { signal } : {}),
  });
  const id = begun.data.id;
  let offset = 0;
  for (let failures = 0; ;) {
    try {
      const part = file.slice(offset, offset + PART_BYTES);
      const answer = await continueUpload({
        path: { upload_id: id },
        headers: { "Upload-Offset": offset },
        body: part,
        throwOnError: true,
        ...(signal ? { signal } : {}),
      });
      if (answer.data.file) {
        onProgress?.(file.size);
        return answer.data.file;
      }
      offset = answer.data.offset;
      failures = 0;
      onProgress?.(offset);
    } catch (error) {
      failures += 1;
      if (signal?.aborted || failures >= TRIES || !mayPass(error)) throw error;
      await pause(FIRST_WAIT_MS * 2 ** (failures - 1), signal);
      offset = await offsetOf(id, offset, signal);
    }
  }
}

/** Whether trying again may help: the line broke, the server or its store is away, or the part had arrived after all. */
function mayPass(error: unknown): boolean {
  const { status, code } = toProblem(error);
  return status === 0 || status >= 500 || status === 429 || code === "upload_offset_mismatch";
}

/** Where the server says that the upload goes on; as before while it does not say. */
async function offsetOf(id: string, before: number, signal?: AbortSignal): Promise<number> {
  const { data } = await getUpload({ path: { upload_id: id }, ...(signal ? { signal } : {}) }).catch(() => ({
    data: undefined,
  }));
  return data?.offset ?? before;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
