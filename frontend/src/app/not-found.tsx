import type { Metadata } from "next";
import Link from "next/link";

import { buttonStyles } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/surface";

export const metadata: Metadata = { title: "Not found" };

/** Any address that is no page. */
export default function NotFound() {
  return (
    <EmptyState
      title="There is no page at this address"
      action={
        <Link href="/" className={buttonStyles({ variant: "primary" })}>
          Go home
        </Link>
      }
    >
      The link may be old, or mistyped.
    </EmptyState>
  );
}
