import { forgetChat } from "@/lib/api";

/** Remove a chat with its executions and their traces, for good. */
export async function removeChat(id: string): Promise<void> {
  await forgetChat({ path: { conversation_id: id }, throwOnError: true });
}
