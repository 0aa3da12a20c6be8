import { CircleUserRound, KeyRound, Users } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Who one is, who else there is, and keys for programs. */
export const identity = {
  places: [
    { href: "/settings/profile", label: "Profile", icon: CircleUserRound, group: "personal" },
    { href: "/settings/access-keys", label: "Access keys", icon: KeyRound, group: "personal" },
    { href: "/settings/people", label: "People", icon: Users, group: "workspace", permission: "users:read" },
  ],
  permissionWords: { account: "the account", users: "accounts" },
  titles: {
    "/settings/profile": "Profile",
    "/settings/access-keys": "Access keys",
    "/settings/people": "People",
    "/setup": "First setup",
  },
} satisfies Feature;
