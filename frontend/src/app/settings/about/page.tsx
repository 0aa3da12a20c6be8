import type { Metadata } from "next";

import { About } from "@/features/system/components/about";
import { system } from "@/features/system/feature";

export const metadata: Metadata = { title: system.titles["/settings/about"] };

/** `/settings/about` */
export default function Page() {
  return <About />;
}
