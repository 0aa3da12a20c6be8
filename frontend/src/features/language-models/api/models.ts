import { queryOptions } from "@tanstack/react-query";

import {
  createModel as create,
  deleteModel as remove,
  listModels,
  listProviderModels,
  listProviders,
  type ModelBodyWritable,
  type ModelChangesWritable,
  testProviderKey,
  updateModel as update,
} from "@/lib/api";

import { modelKeys } from "./keys";

export function modelsQuery() {
  return queryOptions({
    queryKey: modelKeys.all,
    queryFn: async ({ signal }) => (await listModels({ query: { limit: 200 }, signal, throwOnError: true })).data,
    refetchInterval: 15_000,
  });
}

export function providersQuery() {
  return queryOptions({
    queryKey: modelKeys.providers,
    queryFn: async ({ signal }) => (await listProviders({ signal, throwOnError: true })).data,
    staleTime: Infinity,
  });
}

/** The models that a provider is known to have; nobody is asked for it. */
export function providerModelsQuery(provider: string) {
  return queryOptions({
    queryKey: modelKeys.providerModels(provider),
    queryFn: async ({ signal }) =>
      (await listProviderModels({ path: { provider_id: provider }, signal, throwOnError: true })).data,
    staleTime: Infinity,
  });
}

export async function createModel(body: ModelBodyWritable) {
  return (await create({ body, throwOnError: true })).data;
}

export async function changeModel(id: string, body: ModelChangesWritable) {
  return (await update({ path: { model_id: id }, body, throwOnError: true })).data;
}

export async function deleteModel(id: string): Promise<void> {
  await remove({ path: { model_id: id }, throwOnError: true });
}

/** Show a key to its provider without keeping it; costs nothing. */
export async function testKey(provider: string, apiKey: string | null, endpointUrl: string | null) {
  return (await testProviderKey({ body: { provider, api_key: apiKey, endpoint_url: endpointUrl }, throwOnError: true }))
    .data;
}
