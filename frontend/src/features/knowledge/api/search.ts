import { type AnswerOut, queryKnowledgeBases } from "@/lib/api";

/** What a knowledge base says about a question. */
export async function ask(id: string, query: string, topK: number): Promise<AnswerOut> {
  return (await queryKnowledgeBases({ body: { kb_ids: [id], query, top_k: topK }, throwOnError: true })).data;
}
