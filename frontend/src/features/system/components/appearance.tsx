"use client";

import { PageBody, PageHeader } from "@/components/layout/page";
import { ThemeSwitch } from "@/components/layout/theme-switch";
import { Segmented } from "@/components/ui/segmented";
import { useViewStore } from "@/stores/view";

import { Group, Line } from "./settings-group";

/** How things look in this browser. */
export function Appearance() {
  const { rendering, setRendering } = useViewStore();
  return (
    <>
      <PageHeader title="Appearance" />
      <PageBody className="max-w-3xl">
        <Group title="In this browser">
          <Line name="Theme" text="Follows your system by default.">
            <ThemeSwitch />
          </Line>
          <Line name="Trace details" text="Default view of step details.">
            <Segmented
              label="Trace details"
              value={rendering}
              onChange={setRendering}
              options={[
                { value: "rendered", label: "Rendered" },
                { value: "raw", label: "Raw" },
              ]}
            />
          </Line>
        </Group>
      </PageBody>
    </>
  );
}
