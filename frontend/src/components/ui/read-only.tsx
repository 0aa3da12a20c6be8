"use client";

import { createContext, type ReactNode, useContext } from "react";

import { Callout } from "./callout";
import { EmptyState } from "./surface";

const ReadOnlyContext = createContext(false);

/** Whether the controls around here only show their values. */
export function useReadOnly(): boolean {
  return useContext(ReadOnlyContext);
}

/** A form for somebody who may look, not change: with a reason, its fields are read only and the reason stands above them. */
export function ReadOnly({
  reason,
  className,
  children,
}: {
  reason: string | undefined;
  className?: string;
  children: ReactNode;
}) {
  return (
    <ReadOnlyContext value={reason !== undefined}>
      {reason !== undefined && (
        <Callout title="You can look, not change" {...(className ? { className } : {})}>
          {reason}
        </Callout>
      )}
      {children}
    </ReadOnlyContext>
  );
}

/** In the place of a page or a part that is of no use to the one who looks. */
export function NotPermitted({ reason, children }: { reason: string; children?: ReactNode }) {
  return (
    <EmptyState title="Not for this role" action={children}>
      {reason}
    </EmptyState>
  );
}
