import type { Metadata } from "next";

import { OpenQuestions } from "@/features/executions/components/interrupts/open-questions";
import { executions } from "@/features/executions/feature";

export const metadata: Metadata = { title: executions.titles["/inbox"] };

/** `/inbox` */
export default function Page() {
  return <OpenQuestions />;
}
