import { PageBody, PageHeader } from "@/components/layout/page";
import { Kbd } from "@/components/ui/surface";

import { Group, Line } from "./settings-group";

/** What the keyboard does. */
export function Shortcuts() {
  return (
    <>
      <PageHeader title="Shortcuts" />
      <PageBody className="max-w-3xl">
        <Group title="Keyboard">
          <Line name="Search and commands">
            <Keys keys={["Ctrl", "K"]} />
          </Line>
          <Line name="Through the steps of a trace">
            <Keys keys={["↑", "↓"]} />
          </Line>
          <Line name="Fold and unfold a step">
            <Keys keys={["←", "→"]} />
          </Line>
          <Line name="Send a question">
            <Keys keys={["Enter"]} />
          </Line>
        </Group>
      </PageBody>
    </>
  );
}

function Keys({ keys }: { keys: string[] }) {
  return (
    <span className="flex gap-1">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
