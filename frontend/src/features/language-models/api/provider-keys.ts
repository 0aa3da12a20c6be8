import { queryOptions } from "@tanstack/react-query";

import {
  addProviderKey as add,
  listProviderKeys,
  type ProviderKeyBodyWritable,
  removeProviderKey as remove,
} from "@/lib/api";

import { modelKeys } from "./keys";

/** One's keys of providers, masked. */
export function keysQuery() {
  return queryOptions({
    queryKey: modelKeys.providerKeys,
    queryFn: async ({ signal }) => (await listProviderKeys({ signal, throwOnError: true })).data.api_keys,
  });
}

export async function addKey(body: ProviderKeyBodyWritable) {
  return (await add({ body, throwOnError: true })).data;
}

export async function removeKey(id: string): Promise<void> {
  await remove({ path: { key_id: id }, throwOnError: true });
}
