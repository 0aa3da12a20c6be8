import { queryKeys } from "@/lib/query-keys";

/** Keys of what this feature asks. */
export const identityKeys = {
  account: queryKeys.account,
  users: queryKeys.users,
  accessKeys: [...queryKeys.account, "keys"] as const,
  signInOptions: ["auth", "options"] as const,
  sessions: ["auth", "sessions"] as const,
};
