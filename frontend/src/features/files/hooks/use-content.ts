"use client";

import { useMutation } from "@tanstack/react-query";

import type { FileOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { contentUrl } from "../api/download-file";

const KEPT_MS = 60_000;

/** Save a file's content, or open it in a tab of its own. */
export function useContent() {
  const { mutate, isPending } = useMutation({
    mutationFn: ({ file }: { file: FileOut; open: boolean }) => contentUrl(file.id),
    onError: (error) => toast.error(problemText(error)),
    onSuccess: (url, { file, open }) => {
      const link = document.createElement("a");
      link.href = url;
      if (open) link.target = "_blank";
      else link.download = file.name;
      link.rel = "noopener";
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
    },
  });
  return {
    isPending,
    save: (file: FileOut) => mutate({ file, open: false }),
    open: (file: FileOut) => mutate({ file, open: true }),
  };
}
