import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { validateWorkflow } from "@/lib/api";
import { toProblem } from "@/lib/problem";

import type { WorkflowDraft } from "../model/draft";
import { type Marks, marksOf } from "../model/marks";
import { workflowKeys } from "./keys";

/** What keeps a draft from being run, by the part it is about; what the server refuses to read at all is told the same way. */
export function checkQuery(id: string, draft: WorkflowDraft) {
  return queryOptions({
    queryKey: workflowKeys.check(id, draft),
    queryFn: async ({ signal }): Promise<Marks> => {
      const asked = await validateWorkflow({ body: draft, query: { workflow_id: id }, signal });
      if (asked.data)
        return marksOf(
          draft,
          asked.data.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail })),
        );
      const problem = toProblem(asked.error);
      if (problem.status === 422) return marksOf(draft, problem.errors);
      throw asked.error;
    },
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
}
