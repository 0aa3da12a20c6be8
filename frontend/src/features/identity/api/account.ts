import { queryOptions } from "@tanstack/react-query";

import {
  changePassword as change,
  createAccessKey as create,
  listAccessKeys,
  type ProfileChanges,
  revokeAccessKey as revoke,
  updateProfile as update,
} from "@/lib/api";

export { profileQuery } from "@/lib/queries";

import { identityKeys } from "./keys";

export function accessKeysQuery() {
  return queryOptions({
    queryKey: identityKeys.accessKeys,
    queryFn: async ({ signal }) => (await listAccessKeys({ signal, throwOnError: true })).data,
  });
}

export async function updateProfile(body: ProfileChanges) {
  return (await update({ body, throwOnError: true })).data;
}

export async function changePassword(body: { current_password: string; new_password: string }) {
  return (await change({ body, throwOnError: true })).data;
}

/** The key itself is in this answer, and never again. */
export async function createAccessKey(body: { name: string; scopes: string[]; expires_at?: string | null }) {
  return (await create({ body, throwOnError: true })).data;
}

export async function revokeAccessKey(keyId: string): Promise<void> {
  await revoke({ path: { key_id: keyId }, throwOnError: true });
}
