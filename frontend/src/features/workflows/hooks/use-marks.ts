"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useSettled } from "@/lib/use-settled";

import { checkQuery } from "../api/check-workflow";
import { bodyOf, type Content } from "../model/draft";
import { type Marks, noMarks } from "../model/marks";

const SETTLE_MS = 500;

/** What the server finds wrong with the content, asked once it has not changed for half a second. */
export function useMarks(workflowId: string, content: Content): Marks {
  const settled = useSettled(content, SETTLE_MS);
  const body = useMemo(() => {
    const sent = bodyOf(settled);
    // Where nodes stand is never wrong: moving one asks nothing.
    return { ...sent, nodes: sent.nodes.map((node) => ({ ...node, position: null })) };
  }, [settled]);
  return useQuery(checkQuery(workflowId, body)).data ?? noMarks;
}
