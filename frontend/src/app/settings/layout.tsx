import type { ReactNode } from "react";

import { SettingsFrame } from "@/components/layout/settings-frame";

/** The frame of `/settings/…` */
export default function Layout({ children }: { children: ReactNode }) {
  return <SettingsFrame>{children}</SettingsFrame>;
}
