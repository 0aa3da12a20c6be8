import { Badge } from "@/components/ui/badge";
import type { DocumentOut, KnowledgeBaseDetails } from "@/lib/api";

const bases = {
  pending: { tone: "outline", word: "empty" },
  indexing: { tone: "accent", word: "indexing" },
  ready: { tone: "good", word: "ready" },
  error: { tone: "bad", word: "failed" },
} as const;

const documents = {
  pending_processing: { tone: "outline", word: "waiting" },
  processing: { tone: "accent", word: "being read" },
  processed: { tone: "good", word: "ready" },
  error_processing: { tone: "bad", word: "failed" },
} as const;

/** How far a knowledge base is. */
export function BaseStatus({ status }: Pick<KnowledgeBaseDetails, "status">) {
  const { tone, word } = bases[status];
  return <Badge tone={tone}>{word}</Badge>;
}

/** How far a document is. */
export function DocumentState({ status }: Pick<DocumentOut, "status">) {
  const { tone, word } = documents[status];
  return <Badge tone={tone}>{word}</Badge>;
}
