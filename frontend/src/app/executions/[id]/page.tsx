import type { Metadata } from "next";

import { ExecutionRoute } from "./execution-route";

export const metadata: Metadata = { title: "Execution" };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/executions/<id>` */
export default function Page() {
  return <ExecutionRoute />;
}
