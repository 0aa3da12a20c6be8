import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { useReadOnly } from "@/components/ui/read-only";

import { useAgentBuilder } from "./builder-context";

/** Says what is unsaved or refused, and saves. It stays in sight while the form scrolls. */
export function SaveBar() {
  const { isDirty, isValid, isSaving, isNew, refusal } = useAgentBuilder();
  if (useReadOnly()) return null;
  return (
    <div className="sticky bottom-0 z-10 max-md:bottom-13 border-t bg-surface px-4 py-2.5 md:px-5">
      {refusal && (
        <Callout tone="bad" className="mb-2" title="Not saved">
          {refusal}
        </Callout>
      )}
      <div className="flex items-center gap-3">
        <Button type="submit" variant="primary" disabled={isSaving || (!isNew && !isDirty)}>
          {isSaving ? "Saving …" : isNew ? "Create agent" : "Save changes"}
        </Button>
        <span role="status" className="text-xs text-ink-3">
          {!isValid && isDirty ? "Some fields need attention" : isDirty && !isNew ? "Unsaved changes" : ""}
        </span>
      </div>
    </div>
  );
}
