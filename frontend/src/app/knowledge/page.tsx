import type { Metadata } from "next";

import { BaseList } from "@/features/knowledge/components/base-list";
import { knowledge } from "@/features/knowledge/feature";

export const metadata: Metadata = { title: knowledge.titles["/knowledge"] };

/** `/knowledge` */
export default function Page() {
  return <BaseList />;
}
