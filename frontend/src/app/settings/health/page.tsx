import type { Metadata } from "next";

import { Health } from "@/features/system/components/health";
import { system } from "@/features/system/feature";

export const metadata: Metadata = { title: system.titles["/settings/health"] };

/** `/settings/health` */
export default function Page() {
  return <Health />;
}
