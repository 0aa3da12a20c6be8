"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { deleteFile } from "../api/delete-file";
import { fileKeys } from "../api/keys";

export interface Deletion {
  id: string;
  name: string;
  force: boolean;
}

/** Delete a file; `onUsed` is told by whom it is used when that keeps it. */
export function useDeleteFile(onUsed: (words: string) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, force }: Deletion) => deleteFile(id, force),
    onError: (error) => {
      if (toProblem(error).code === "file_in_use") onUsed(problemText(error));
      else toast.error(problemText(error));
    },
    onSuccess: async (_, { name }) => {
      await queryClient.invalidateQueries({ queryKey: fileKeys.all });
      toast.success(`${name} deleted`);
    },
  });
}
