"use client";

import { usePathname } from "next/navigation";

/** The id in `/agents/<id>/` or `/runs/<id>/`. The exported page knows only its place holder, the address bar knows better. */
export function useRouteId(): string {
  const path = usePathname();
  const last = path.split("/").filter(Boolean).pop() ?? "";
  return decodeURIComponent(last);
}
