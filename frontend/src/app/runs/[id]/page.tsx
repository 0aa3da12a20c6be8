import type { Metadata } from "next";

import { executions } from "@/features/executions/feature";

import { ExecutionRoute } from "./execution-route";

export const metadata: Metadata = { title: executions.titles["/runs/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/runs/<id>` */
export default function Page() {
  return <ExecutionRoute />;
}
