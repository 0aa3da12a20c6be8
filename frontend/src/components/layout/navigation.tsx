"use client";

import { useQuery } from "@tanstack/react-query";
import { CalendarClock, CircleCheckBig, House, Play, ScrollText, Settings2, Wrench } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { AgentIcon, ChatIcon, ModelIcon, TraceIcon } from "@/components/ui/icons";
import { cn } from "@/lib/cn";
import type { Permission } from "@/lib/permissions";
import { openQuestionsQuery } from "@/lib/queries";
import { usePermissions } from "@/lib/use-permissions";

interface Destination {
  href: string;
  label: string;
  icon: ReactNode;
  /** Shown to those only who have it. */
  permission?: Permission;
}

const destinations: readonly Destination[] = [
  { href: "/", label: "Home", icon: <House /> },
  { href: "/agents", label: "Agents", icon: <AgentIcon /> },
  { href: "/tools", label: "Tools", icon: <Wrench /> },
  { href: "/models", label: "Models", icon: <ModelIcon /> },
  { href: "/playground", label: "Playground", icon: <Play /> },
  { href: "/chats", label: "Chats", icon: <ChatIcon /> },
  { href: "/schedules", label: "Schedules", icon: <CalendarClock /> },
  { href: "/executions", label: "Executions", icon: <TraceIcon /> },
  { href: "/approvals", label: "Approvals", icon: <CircleCheckBig /> },
  { href: "/audit-log", label: "Audit log", icon: <ScrollText />, permission: "audit:read" },
  { href: "/settings", label: "Settings", icon: <Settings2 /> },
];

/** The places that the caller may go to. */
export function useDestinations(): readonly Destination[] {
  const may = usePermissions();
  return destinations.filter(({ permission }) => permission === undefined || may(permission));
}

/** The links of the product; the current one is marked, and how much waits for a person. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const path = usePathname();
  const shown = useDestinations();
  const { data: questions } = useQuery(openQuestionsQuery());
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-px">
        {shown.map(({ href, label, icon }) => {
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
                {href === "/approvals" && questions !== undefined && questions.total > 0 && (
                  <span className="nums ml-auto rounded-full bg-warn-soft px-1.5 text-2xs font-medium text-warn-ink">
                    {questions.total}
                    <span className="sr-only"> waiting</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
