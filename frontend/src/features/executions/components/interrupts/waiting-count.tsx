"use client";

import { useQuery } from "@tanstack/react-query";

import { openQuestionsQuery } from "@/lib/queries";

/** How many questions wait for a person; nothing when none does. */
export function WaitingCount() {
  const { data } = useQuery(openQuestionsQuery());
  if (!data?.total) return null;
  return (
    <span className="nums rounded-full bg-warn-soft px-1.5 text-2xs font-medium text-warn-ink">
      {data.total}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
