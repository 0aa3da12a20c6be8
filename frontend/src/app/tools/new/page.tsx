import type { Metadata } from "next";

import { RegisterTool } from "@/features/tools/components/register-tool";
import { tools } from "@/features/tools/feature";

export const metadata: Metadata = { title: tools.titles["/tools/new"] };

/** `/tools/new` */
export default function Page() {
  return <RegisterTool />;
}
