import type { ReactNode } from "react";

import { Card } from "@/components/ui/surface";

/** A card with a heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card className="p-4">
      <h2 className="mb-3 font-semibold">{title}</h2>
      {children}
    </Card>
  );
}
