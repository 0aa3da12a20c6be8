"use client";

import { Menu, Search, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { LogoMark } from "@/components/ui/logo";
import { Kbd } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { useViewStore } from "@/stores/view";

import { Navigation } from "./navigation";
import { ThemeSwitch } from "./theme-switch";

/** The frame around every page: navigation on the left, or behind a button on narrow screens; `notice` stands above the page. */
export function AppShell({
  children,
  status,
  notice,
}: {
  children: ReactNode;
  status?: ReactNode;
  notice?: ReactNode;
}) {
  const { navigationOpen, setNavigationOpen } = useViewStore();
  const close = () => setNavigationOpen(false);
  return (
    <div className="flex min-h-dvh flex-col md:h-dvh md:flex-row md:overflow-hidden">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="flex h-11 items-center gap-1 border-b bg-sunken px-2 md:hidden">
        <Button
          variant="ghost"
          size="icon"
          aria-label={navigationOpen ? "Close navigation" : "Open navigation"}
          aria-expanded={navigationOpen}
          onClick={() => setNavigationOpen(!navigationOpen)}
        >
          {navigationOpen ? <X /> : <Menu />}
        </Button>
        <Brand />
        <span className="flex-1" />
        <SearchButton compact />
      </header>
      <aside
        className={cn(
          "flex-col gap-3 border-r bg-sunken p-2.5 max-md:fixed max-md:inset-x-0 max-md:top-11 max-md:bottom-0 max-md:z-30 md:flex md:w-52 md:shrink-0",
          navigationOpen ? "flex" : "hidden",
        )}
      >
        <div className="hidden px-1 pt-0.5 md:block">
          <Brand />
        </div>
        <SearchButton />
        <Navigation onNavigate={close} />
        <span className="flex-1" />
        {status}
        <div className="px-1">
          <ThemeSwitch />
        </div>
      </aside>
      <main
        id="main"
        tabIndex={-1}
        className="relative flex min-w-0 flex-1 flex-col outline-none md:min-h-0 md:overflow-y-auto"
      >
        {notice}
        {children}
      </main>
    </div>
  );
}

function Brand() {
  return (
    <Link href="/" className="inline-flex items-center gap-2 rounded-md text-base font-semibold tracking-tight">
      <LogoMark className="size-5.5" />
      Dynagent
    </Link>
  );
}

function SearchButton({ compact = false }: { compact?: boolean }) {
  const setPaletteOpen = useViewStore((state) => state.setPaletteOpen);
  if (compact) {
    return (
      <Button variant="ghost" size="icon" aria-label="Search and commands" onClick={() => setPaletteOpen(true)}>
        <Search />
      </Button>
    );
  }
  return (
    <button
      type="button"
      onClick={() => setPaletteOpen(true)}
      className="flex h-7.5 shrink-0 items-center gap-2 rounded-md border bg-surface px-2 text-xs whitespace-nowrap text-ink-3 hover:border-line-strong hover:text-ink"
    >
      <Search className="size-3.5" />
      Search
      <span className="ml-auto flex gap-0.5">
        <Kbd>Ctrl</Kbd>
        <Kbd>K</Kbd>
      </span>
    </button>
  );
}
