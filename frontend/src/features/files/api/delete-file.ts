import { deleteFile as call } from "@/lib/api";

/** Delete a file; one that is attached only by `force`. */
export async function deleteFile(id: string, force: boolean): Promise<void> {
  await call({ path: { file_id: id }, query: { force }, throwOnError: true });
}
