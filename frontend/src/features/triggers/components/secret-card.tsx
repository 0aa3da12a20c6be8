import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CodeBlock } from "@/components/ui/json-view";
import type { TriggerSecretOut } from "@/lib/api";

import { sendingLines } from "../model/trigger-draft";

/** The secret of a trigger, this once, and how a program signs with it. */
export function SecretCard({ trigger, onClose }: { trigger: TriggerSecretOut; onClose: () => void }) {
  const url = `${window.location.origin}${trigger.url}`;
  return (
    <Callout
      title={`The secret of ${trigger.name}: copy it now, it is shown this once`}
      action={
        <Button size="sm" onClick={onClose}>
          I have it
        </Button>
      }
    >
      <div className="flex flex-col gap-2 pt-1">
        <CodeBlock text={trigger.secret} label="Secret" />
        <p>Messages are signed as Standard Webhooks are; most languages have a library for that. From a shell:</p>
        <CodeBlock text={sendingLines(url, trigger.secret)} label="Send a message" />
      </div>
    </Callout>
  );
}
