"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider, useTheme } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import dynamic from "next/dynamic";
import { type ReactNode, useEffect, useState } from "react";

import { client } from "@/lib/api/client.gen";
import { FeaturesProvider } from "@/lib/features-context";
import { nothing } from "@/lib/nothing";
import { createQueryClient } from "@/lib/query-client";
import { authorizedFetch } from "@/lib/session";
import { useViewStore } from "@/stores/view";

import { features } from "./features";

// Not needed for the first paint.
const Toaster = dynamic(() => import("sonner").then((module) => module.Toaster).catch(nothing), { ssr: false });

client.setConfig({ fetch: authorizedFetch });

/** Everything the pages stand in: server data, theme, URL state, toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  useEffect(() => void useViewStore.persist.rehydrate(), []);
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
      <QueryClientProvider client={queryClient}>
        <FeaturesProvider value={features}>
          <NuqsAdapter>{children}</NuqsAdapter>
        </FeaturesProvider>
      </QueryClientProvider>
      <ThemedToaster />
    </ThemeProvider>
  );
}

function ThemedToaster() {
  const { resolvedTheme } = useTheme();
  // At the top, between a page's title and its actions: below stand the buttons of forms, and at the right those of panels.
  return (
    <Toaster
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="top-center"
      offset={10}
      mobileOffset={{ top: 52 }}
      toastOptions={{ className: "!rounded-lg !font-sans !text-sm !shadow-pop" }}
    />
  );
}
