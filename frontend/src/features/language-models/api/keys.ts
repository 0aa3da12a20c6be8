import { queryKeys } from "@/lib/query-keys";

const providers = ["providers"] as const;

/** Keys of what this feature asks. */
export const modelKeys = {
  all: queryKeys.models,
  providerKeys: [...queryKeys.models, "keys"] as const,
  usage: (days: number, everybody: boolean) => [...queryKeys.models, "usage", days, everybody] as const,
  addresses: [...queryKeys.models, "addresses"] as const,
  installed: [...queryKeys.models, "installed"] as const,
  providers,
  providerModels: (provider: string) => [...providers, provider, "models"] as const,
};
