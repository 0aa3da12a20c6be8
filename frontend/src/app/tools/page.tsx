import type { Metadata } from "next";

import { ToolList } from "@/features/tools/components/tool-list";
import { tools } from "@/features/tools/feature";

export const metadata: Metadata = { title: tools.titles["/tools"] };

/** `/tools` */
export default function Page() {
  return <ToolList />;
}
