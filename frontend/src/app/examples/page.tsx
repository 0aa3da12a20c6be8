import type { Metadata } from "next";

import { ExamplesPage } from "@/features/examples/components/examples-page";
import { examples } from "@/features/examples/feature";

export const metadata: Metadata = { title: examples.titles["/examples"] };

/** `/examples` */
export default function Page() {
  return <ExamplesPage />;
}
