import { queryKeys } from "@/lib/query-keys";

/** Keys of what this feature asks. */
export const toolKeys = {
  all: queryKeys.tools,
  one: (name: string) => [...queryKeys.tools, name] as const,
  versions: (name: string) => [...queryKeys.tools, name, "versions"] as const,
};
