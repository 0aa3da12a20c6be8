import type { Metadata } from "next";

import { teams } from "@/features/teams/feature";

import { TeamRoute } from "./team-route";

export const metadata: Metadata = { title: teams.titles["/teams/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/teams/<id>` */
export default function Page() {
  return <TeamRoute />;
}
