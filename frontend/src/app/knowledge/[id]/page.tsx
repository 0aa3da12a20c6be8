import type { Metadata } from "next";

import { knowledge } from "@/features/knowledge/feature";

import { KnowledgeRoute } from "./knowledge-route";

export const metadata: Metadata = { title: knowledge.titles["/knowledge/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/knowledge/<id>` */
export default function Page() {
  return <KnowledgeRoute />;
}
