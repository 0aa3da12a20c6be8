import type { Metadata } from "next";

import { NewTeam } from "@/features/teams/components/new-team";
import { teams } from "@/features/teams/feature";

export const metadata: Metadata = { title: teams.titles["/teams/new"] };

/** `/teams/new` */
export default function Page() {
  return <NewTeam />;
}
