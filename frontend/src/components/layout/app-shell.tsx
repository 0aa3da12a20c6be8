"use client";

import { Plus, Search } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { LogoMark } from "@/components/ui/logo";
import { Kbd } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { useMayCreate } from "@/lib/use-places";
import { useViewStore } from "@/stores/view";

import { Navigation } from "./navigation";
import { PhoneBar } from "./phone-bar";
import { ThemeSwitch } from "./theme-switch";

interface AppShellProps {
  children: ReactNode;
  /** Stands at the foot of the navigation. */
  status?: ReactNode;
  /** Stands above the page. */
  notice?: ReactNode;
}

/** The frame around every page: navigation on the left; on narrow screens a bar at the foot, and the rest behind its last button. */
export function AppShell({ children, status, notice }: AppShellProps) {
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
      <header className="flex h-11 shrink-0 items-center gap-1 border-b bg-sunken px-3 md:hidden">
        <Brand />
        <span className="flex-1" />
        <PaletteButtons compact />
      </header>
      <aside
        className={cn(
          "flex-col gap-3 border-r bg-sunken p-2.5 max-md:fixed max-md:inset-x-0 max-md:top-11 max-md:bottom-13 max-md:z-30 md:flex md:w-52 md:shrink-0",
          navigationOpen ? "flex" : "hidden",
        )}
      >
        <div className="hidden px-1 pt-0.5 md:block">
          <Brand />
        </div>
        <PaletteButtons />
        <Navigation onNavigate={close} />
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
      <PhoneBar />
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

/** Search everything, or begin with what can be made. */
function PaletteButtons({ compact = false }: { compact?: boolean }) {
  const openPalette = useViewStore((state) => state.openPalette);
  const create = useMayCreate() && (
    <Button
      variant={compact ? "ghost" : "secondary"}
      size="icon"
      aria-label="Create new"
      title="Create new"
      onClick={() => openPalette("new ")}
    >
      <Plus />
    </Button>
  );
  if (compact) {
    return (
      <>
        {create}
        <Button variant="ghost" size="icon" aria-label="Search and commands" onClick={() => openPalette()}>
          <Search />
        </Button>
      </>
    );
  }
  return (
    <div className="flex shrink-0 items-center gap-1.5">
      <button
        type="button"
        onClick={() => openPalette()}
        className="flex h-7.5 flex-1 items-center gap-2 rounded-md border bg-surface px-2 text-xs whitespace-nowrap text-ink-3 hover:border-line-strong hover:text-ink"
      >
        <Search className="size-3.5" />
        Search
        <span className="ml-auto flex gap-0.5">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      {create}
    </div>
  );
}
