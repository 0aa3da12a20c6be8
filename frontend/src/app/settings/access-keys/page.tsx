import type { Metadata } from "next";

import { AccessKeysPage } from "@/features/identity/components/access-keys-page";
import { identity } from "@/features/identity/feature";

export const metadata: Metadata = { title: identity.titles["/settings/access-keys"] };

/** `/settings/access-keys` */
export default function Page() {
  return <AccessKeysPage />;
}
