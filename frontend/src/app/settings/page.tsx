import type { Metadata } from "next";

import { Settings } from "@/features/system/components/settings";

export const metadata: Metadata = { title: "Settings" };

/** `/settings` */
export default function Page() {
  return <Settings />;
}
