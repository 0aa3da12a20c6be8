import { forgetChat } from "@/lib/api";

/** Remove a conversation with its executions and their traces, for good. */
export async function forgetConversation(id: string): Promise<void> {
  await forgetChat({ path: { conversation_id: id }, throwOnError: true });
}
