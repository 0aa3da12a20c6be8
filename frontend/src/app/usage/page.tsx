import type { Metadata } from "next";

import { UsagePage } from "@/features/language-models/components/usage-page";
import { languageModels } from "@/features/language-models/feature";

export const metadata: Metadata = { title: languageModels.titles["/usage"] };

/** `/usage` */
export default function Page() {
  return <UsagePage />;
}
