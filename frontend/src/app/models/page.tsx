import type { Metadata } from "next";

import { ModelList } from "@/features/language-models/components/model-list";

export const metadata: Metadata = { title: "Models" };

/** `/models` */
export default function Page() {
  return <ModelList />;
}
