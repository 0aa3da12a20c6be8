import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";

import type { Metadata, Viewport } from "next";
import { type ReactNode, Suspense } from "react";

import { AppShell } from "@/components/layout/app-shell";
import { CommandPalette } from "@/features/command-palette/components/command-palette";
import { AccountMenu } from "@/features/identity/components/account-menu";
import { SessionGate } from "@/features/identity/components/session-gate";
import { AwayNotice } from "@/features/system/components/away-notice";
import { ServerStatus } from "@/features/system/components/server-status";

import { Providers } from "./providers";

import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Dynagent", template: "%s · Dynagent" },
  description: "Build an agent, run it, watch it think.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f8f9" },
    { media: "(prefers-color-scheme: dark)", color: "#111317" },
  ],
};

/** The document around every page. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers>
          <SessionGate>
            <AppShell
              notice={<AwayNotice />}
              status={
                <>
                  <AccountMenu />
                  <ServerStatus />
                </>
              }
            >
              <Suspense>{children}</Suspense>
            </AppShell>
            <CommandPalette />
          </SessionGate>
        </Providers>
      </body>
    </html>
  );
}
