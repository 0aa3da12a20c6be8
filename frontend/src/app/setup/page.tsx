import type { Metadata } from "next";

import { FirstSetup } from "@/features/identity/components/first-setup";

export const metadata: Metadata = { title: "First setup" };

/** `/setup` */
export default function Page() {
  return <FirstSetup />;
}
