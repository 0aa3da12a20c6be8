"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

import { cn } from "@/lib/cn";
import type { Place } from "@/lib/feature";

/** Whether the page that is shown belongs to this place. */
export function useIsCurrent(): (href: string) => boolean {
  const path = usePathname();
  return (href) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));
}

/** One line of the navigation; the current one is marked. */
export function PlaceLink({
  place: { href, label, icon: Icon, badge: Badge, external },
  onNavigate,
  className,
}: {
  place: Place;
  onNavigate?: () => void;
  className?: string;
}) {
  const current = useIsCurrent()(href);
  const look = cn(
    "flex h-7.5 items-center gap-2.5 rounded-md px-2 whitespace-nowrap text-ink-2 hover:bg-hover hover:text-ink [&_svg]:size-4 [&_svg]:shrink-0",
    current && "bg-hover font-medium text-ink [&_svg]:text-accent-ink",
    className,
  );
  const inside = (
    <>
      <Icon />
      {label}
      {Badge && (
        <span className="ml-auto">
          <Badge />
        </span>
      )}
    </>
  );
  if (external)
    return (
      <a href={href} className={look}>
        {inside}
      </a>
    );
  return (
    <Link href={href} onClick={onNavigate} aria-current={current ? "page" : undefined} className={look}>
      {inside}
    </Link>
  );
}
