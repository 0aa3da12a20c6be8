/** Keys of what this feature asks. */
export const auditKeys = {
  entries: (filters: Readonly<Record<string, unknown>>) => ["audit-log", filters] as const,
};
