import { queryOptions } from "@tanstack/react-query";

import { listFiles } from "@/lib/api";
import { commandSource } from "@/lib/feature";

import { fileKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: fileKeys.recent(RECENT),
    queryFn: async ({ signal }) => (await listFiles({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest files by their names. */
export const fileCommands = commandSource(recentQuery, ({ files }) =>
  files.map(({ id, name, content_type }) => ({
    id: `file-${id}`,
    group: "Files",
    label: name,
    words: content_type,
    href: `/files?search=${encodeURIComponent(name)}`,
  })),
);
