import type { Metadata } from "next";

import { ToolList } from "@/features/tools/components/tool-list";

export const metadata: Metadata = { title: "Tools" };

/** `/tools` */
export default function Page() {
  return <ToolList />;
}
