"use client";

import { TeamPage } from "@/features/teams/components/team-page";
import { useRouteId } from "@/lib/use-route-id";

/** The run of a team in the address. */
export function TeamRoute() {
  const id = useRouteId();
  return <TeamPage key={id} teamId={id} />;
}
