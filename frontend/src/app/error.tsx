"use client";

import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/surface";

/** A page that could not be drawn; the navigation stays. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <EmptyState title="This page could not be drawn" action={<Button onClick={reset}>Try again</Button>}>
      {error.message}
    </EmptyState>
  );
}
