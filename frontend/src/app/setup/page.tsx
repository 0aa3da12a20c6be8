import type { Metadata } from "next";

import { identity } from "@/features/identity/feature";

export const metadata: Metadata = { title: identity.titles["/setup"] };

/** `/setup`: the session gate shows it, without the frame of the other pages. */
export default function Page() {
  return null;
}
