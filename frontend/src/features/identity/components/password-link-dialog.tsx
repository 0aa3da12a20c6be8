"use client";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CodeBlock } from "@/components/ui/json-view";

export interface MadeLink {
  username: string;
  url: string;
}

/** Shows a link once, to be handed over by whoever made it. */
export function PasswordLinkDialog({ made, onClose }: { made: MadeLink | null; onClose: () => void }) {
  return (
    <Dialog
      open={made !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Password link for ${made?.username ?? ""}`}
      description="Works once, within 24 hours. Whoever opens it sets the password, so send it to them only. It is not shown again."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {made && <CodeBlock text={made.url} label="Link" />}
    </Dialog>
  );
}
