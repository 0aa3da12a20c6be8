import type { Metadata } from "next";

import { TriggersPage } from "@/features/triggers/components/triggers-page";
import { triggers } from "@/features/triggers/feature";

export const metadata: Metadata = { title: triggers.titles["/settings/triggers"] };

/** `/settings/triggers` */
export default function Page() {
  return <TriggersPage />;
}
