import { queryOptions } from "@tanstack/react-query";

import {
  type CommunicationPolicyBody,
  type CommunicationPolicyOut,
  getCommunicationRules,
  setCommunicationRules,
} from "@/lib/api";

import { conversationKeys } from "./keys";

/** Who may talk to whom, for all agents of the server. */
export function rulesQuery() {
  return queryOptions({
    queryKey: conversationKeys.rules,
    queryFn: async ({ signal }) => (await getCommunicationRules({ signal, throwOnError: true })).data,
  });
}

/** Put another policy in the place of the one before. */
export async function setRules(body: CommunicationPolicyBody): Promise<CommunicationPolicyOut> {
  return (await setCommunicationRules({ body, throwOnError: true })).data;
}
