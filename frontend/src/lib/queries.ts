/** Server data that more than one feature shows. What only one needs is asked for in its own `api/`. */
import { queryOptions } from "@tanstack/react-query";

import {
  getProfile,
  listAgents,
  listKnowledgeBases,
  listModels,
  listOpenQuestions,
  listTools,
  listUsers,
} from "@/lib/api";

import { queryKeys } from "./query-keys";

/** The caller's agents, newest first (up to 500: pickers and the palette need names, not pages). */
export function agentsQuery() {
  return queryOptions({
    queryKey: queryKeys.agentNames,
    queryFn: async ({ signal }) => (await listAgents({ query: { limit: 500 }, signal, throwOnError: true })).data,
  });
}

/** Every tool an agent can have, prebuilt and registered, sorted by name. */
export function toolsQuery() {
  return queryOptions({
    queryKey: queryKeys.tools,
    queryFn: async ({ signal }) => (await listTools({ query: { limit: 500 }, signal, throwOnError: true })).data,
  });
}

/** The names that an agent's `model` may have, besides the server's default. */
export function modelNamesQuery() {
  return queryOptions({
    queryKey: queryKeys.modelNames,
    queryFn: async ({ signal }) => [
      "demo",
      "auto",
      ...(await listModels({ query: { limit: 200 }, signal, throwOnError: true })).data.models.map(({ name }) => name),
    ],
  });
}

/** The caller, with the permissions that decide what a page offers. */
export function profileQuery() {
  return queryOptions({
    queryKey: queryKeys.profile,
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await getProfile({ signal, throwOnError: true })).data,
  });
}

/** Everybody, for administrators. */
export function usersQuery() {
  return queryOptions({
    queryKey: queryKeys.users,
    queryFn: async ({ signal }) => (await listUsers({ query: { limit: 200 }, signal, throwOnError: true })).data,
  });
}

/** What the caller's waiting executions ask, newest first; looked at again every 10 s. */
export function openQuestionsQuery() {
  return queryOptions({
    queryKey: queryKeys.openQuestions,
    queryFn: async ({ signal }) =>
      (await listOpenQuestions({ query: { limit: 200 }, signal, throwOnError: true })).data,
    refetchInterval: 10_000,
  });
}

/** The knowledge bases that the caller may read, newest first, for pickers. */
export function knowledgeBasesQuery() {
  return queryOptions({
    queryKey: queryKeys.knowledgeBases,
    queryFn: async ({ signal }) =>
      (await listKnowledgeBases({ query: { limit: 500 }, signal, throwOnError: true })).data,
  });
}
