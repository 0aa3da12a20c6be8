"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { knowledgeKeys } from "../api/keys";

/** Change something of a knowledge base, and read anew what is shown of them all. */
export function useChange<Given, Made>(change: (given: Given) => Promise<Made>, done?: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onError: (error) => toast.error(problemText(error)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: knowledgeKeys.all });
      if (done) toast.success(done);
    },
  });
}
