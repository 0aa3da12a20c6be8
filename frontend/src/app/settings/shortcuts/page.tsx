import type { Metadata } from "next";

import { Shortcuts } from "@/features/system/components/shortcuts";
import { system } from "@/features/system/feature";

export const metadata: Metadata = { title: system.titles["/settings/shortcuts"] };

/** `/settings/shortcuts` */
export default function Page() {
  return <Shortcuts />;
}
