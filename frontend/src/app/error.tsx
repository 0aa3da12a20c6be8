"use client";

import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/surface";

/** A page that failed to load; the navigation stays. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <EmptyState title="This page failed to load" action={<Button onClick={reset}>Try again</Button>}>
      {error.message}
    </EmptyState>
  );
}
