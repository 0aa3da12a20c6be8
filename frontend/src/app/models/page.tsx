import type { Metadata } from "next";

import { ModelsPage } from "@/features/language-models/components/models-page";

export const metadata: Metadata = { title: "Models" };

/** `/models` */
export default function Page() {
  return <ModelsPage />;
}
