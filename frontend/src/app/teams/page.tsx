import type { Metadata } from "next";

import { TeamList } from "@/features/teams/components/team-list";
import { teams } from "@/features/teams/feature";

export const metadata: Metadata = { title: teams.titles["/teams"] };

/** `/teams` */
export default function Page() {
  return <TeamList />;
}
