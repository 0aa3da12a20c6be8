import { changeConversation as change, type ConversationOut, deleteConversation } from "@/lib/api";

/** Put a conversation away, or bring it back. */
export async function archiveConversation(id: string, archived: boolean): Promise<ConversationOut> {
  return (await change({ path: { conversation_id: id }, body: { archived }, throwOnError: true })).data;
}

/** Remove a conversation with its messages, for good. */
export async function removeConversation(id: string): Promise<void> {
  await deleteConversation({ path: { conversation_id: id }, throwOnError: true });
}
