import type { Metadata } from "next";

import { Appearance } from "@/features/system/components/appearance";
import { system } from "@/features/system/feature";

export const metadata: Metadata = { title: system.titles["/settings/appearance"] };

/** `/settings/appearance` */
export default function Page() {
  return <Appearance />;
}
