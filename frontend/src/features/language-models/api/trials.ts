import { queryOptions } from "@tanstack/react-query";

import {
  type AddressOut,
  allowModelAddress,
  forbidModelAddress,
  forgetRefusedParts,
  getInstalledModel,
  listModelAddresses,
  type Tried,
  tryModel as startTrial,
} from "@/lib/api";
import { createSseDecoder } from "@/lib/sse";

import { modelKeys } from "./keys";

/** Ask a model what it can do; each result is told as it comes. Ends when the last has come. */
export async function tryModel(id: string, onTried: (tried: Tried) => void): Promise<void> {
  const { data } = await startTrial({ path: { model_id: id }, parseAs: "stream", throwOnError: true });
  const reader = (data as unknown as ReadableStream<Uint8Array>).getReader();
  const decoder = createSseDecoder();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (const message of decoder.push(read.value)) {
      if (message.event === "tried") onTried(JSON.parse(message.data) as Tried);
      if (message.event === "done") return;
    }
  }
  throw new Error("The trial broke off before its end.");
}

export async function askInFull(id: string): Promise<void> {
  await forgetRefusedParts({ path: { model_id: id }, throwOnError: true });
}

/** Let models be at a private address; for administrators. */
export async function allowAddress(endpointUrl: string): Promise<void> {
  await allowModelAddress({ body: { endpoint_url: endpointUrl }, throwOnError: true });
}

/** Take back that models may be at an address. */
export async function forbidAddress({ host, port }: AddressOut): Promise<void> {
  await forbidModelAddress({ path: { host, port }, throwOnError: true });
}

/** The private addresses that models may be at, by host and port. */
export function addressesQuery() {
  return queryOptions({
    queryKey: modelKeys.addresses,
    queryFn: async ({ signal }) => (await listModelAddresses({ signal, throwOnError: true })).data.addresses,
  });
}

/** The server's own default, and what its endpoint refuses. */
export function installedModelQuery() {
  return queryOptions({
    queryKey: modelKeys.installed,
    queryFn: async ({ signal }) => (await getInstalledModel({ signal, throwOnError: true })).data,
    refetchInterval: 15_000,
  });
}
