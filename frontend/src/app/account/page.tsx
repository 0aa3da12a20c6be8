import type { Metadata } from "next";

import { Account } from "@/features/identity/components/account";

export const metadata: Metadata = { title: "Account" };

/** `/account` */
export default function Page() {
  return <Account />;
}
