import { queryOptions } from "@tanstack/react-query";

import {
  completeSetup as setUp,
  endSession as end,
  getSignInOptions,
  listSessions,
  logIn as signIn,
  logOut as signOut,
  logOutEverywhere as signOutEverywhere,
  register as signUp,
  type RegisterBodyWritable,
  type SetupBodyWritable,
  usePasswordLink as redeemLink,
} from "@/lib/api";
import { csrfHeader } from "@/lib/session";

import { identityKeys } from "./keys";

/** How one gets in. */
export function optionsQuery() {
  return queryOptions({
    queryKey: identityKeys.signInOptions,
    queryFn: async ({ signal }) => (await getSignInOptions({ signal, throwOnError: true })).data,
  });
}

export function sessionsQuery() {
  return queryOptions({
    queryKey: identityKeys.sessions,
    queryFn: async ({ signal }) => (await listSessions({ signal, throwOnError: true })).data,
  });
}

export async function logIn(body: { login: string; password: string }) {
  return (await signIn({ body, throwOnError: true })).data;
}

export async function register(body: RegisterBodyWritable) {
  return (await signUp({ body, throwOnError: true })).data;
}

export async function completeSetup(body: SetupBodyWritable) {
  return (await setUp({ body, throwOnError: true })).data;
}

export async function logOut(): Promise<void> {
  await signOut({ headers: csrfHeader(), throwOnError: true });
}

export async function logOutEverywhere(): Promise<void> {
  await signOutEverywhere({ throwOnError: true });
}

export async function endSession(id: string): Promise<void> {
  await end({ path: { session_id: id }, throwOnError: true });
}

/** Set a password by a one-time link, and be signed in. */
export async function setPasswordByLink(token: string, password: string) {
  return (await redeemLink({ body: { token, password }, throwOnError: true })).data;
}
