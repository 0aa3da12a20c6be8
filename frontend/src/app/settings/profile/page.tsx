import type { Metadata } from "next";

import { Profile } from "@/features/identity/components/profile";
import { identity } from "@/features/identity/feature";

export const metadata: Metadata = { title: identity.titles["/settings/profile"] };

/** `/settings/profile` */
export default function Page() {
  return <Profile />;
}
