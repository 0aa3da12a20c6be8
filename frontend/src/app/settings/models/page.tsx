import type { Metadata } from "next";

import { ModelsPage } from "@/features/language-models/components/models-page";
import { languageModels } from "@/features/language-models/feature";

export const metadata: Metadata = { title: languageModels.titles["/settings/models"] };

/** `/settings/models` */
export default function Page() {
  return <ModelsPage />;
}
