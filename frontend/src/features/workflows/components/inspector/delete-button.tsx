"use client";

import { Trash2 } from "lucide-react";

import { IconButton } from "@/components/ui/icon-button";
import { useReadOnly } from "@/components/ui/read-only";

/** Deletes what the inspector shows; not there for those who may only look. */
export function DeleteButton({ label, onDelete }: { label: string; onDelete: () => void }) {
  if (useReadOnly()) return null;
  return (
    <IconButton label={label} size="iconSm" onClick={onDelete}>
      <Trash2 />
    </IconButton>
  );
}
