"use client";

import { Play, Settings2, House, Wrench } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { AgentIcon, ModelIcon, TraceIcon } from "@/components/ui/icons";
import { cn } from "@/lib/cn";

interface Destination {
  href: string;
  label: string;
  icon: ReactNode;
}

export const destinations: readonly Destination[] = [
  { href: "/", label: "Home", icon: <House /> },
  { href: "/agents", label: "Agents", icon: <AgentIcon /> },
  { href: "/tools", label: "Tools", icon: <Wrench /> },
  { href: "/models", label: "Models", icon: <ModelIcon /> },
  { href: "/playground", label: "Playground", icon: <Play /> },
  { href: "/executions", label: "Executions", icon: <TraceIcon /> },
  { href: "/settings", label: "Settings", icon: <Settings2 /> },
];

/** The links of the product; the current one is marked. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const path = usePathname();
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-px">
        {destinations.map(({ href, label, icon }) => {
          const current = href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
          return (
            <li key={href}>
              <Link
                href={href}
                onClick={onNavigate}
                aria-current={current ? "page" : undefined}
                className={cn(
                  "flex h-7.5 items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-hover hover:text-ink [&_svg]:size-4 [&_svg]:shrink-0",
                  current && "bg-hover font-medium text-ink [&_svg]:text-accent-ink",
                )}
              >
                {icon}
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
