import type { Metadata } from "next";

import { RegisterTool } from "@/features/tools/components/register-tool";

export const metadata: Metadata = { title: "Register tool" };

/** `/tools/new` */
export default function Page() {
  return <RegisterTool />;
}
