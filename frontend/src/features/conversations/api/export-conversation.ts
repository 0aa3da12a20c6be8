import { exportConversation as call } from "@/lib/api";

/** The forms a conversation can be saved in, with what a file of each is. */
export const exportFormats = {
  md: { label: "Markdown", type: "text/markdown" },
  json: { label: "JSON", type: "application/json" },
  csv: { label: "CSV", type: "text/csv" },
} as const;

export type ExportFormat = keyof typeof exportFormats;

/** All messages of a conversation as the text of a file, oldest first. */
export async function exportConversation(id: string, format: ExportFormat): Promise<string> {
  const { data } = await call({
    path: { conversation_id: id },
    query: { format },
    parseAs: "text",
    throwOnError: true,
  });
  return String(data);
}
