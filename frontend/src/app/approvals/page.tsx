import type { Metadata } from "next";

import { OpenQuestions } from "@/features/executions/components/open-questions";

export const metadata: Metadata = { title: "Approvals" };

/** `/approvals` */
export default function Page() {
  return <OpenQuestions />;
}
