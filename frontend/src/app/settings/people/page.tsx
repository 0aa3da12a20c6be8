import type { Metadata } from "next";

import { PeoplePage } from "@/features/identity/components/people-page";
import { identity } from "@/features/identity/feature";

export const metadata: Metadata = { title: identity.titles["/settings/people"] };

/** `/settings/people` */
export default function Page() {
  return <PeoplePage />;
}
