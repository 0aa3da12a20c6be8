/** What a caller may do, and the words for what they may not. Everything comes from the profile that the server answers. */
import type { ProfileOut } from "@/lib/api";

/** One of the names in the API's own document. */
export type Permission = ProfileOut["permissions"][number];

type Known = Pick<ProfileOut, "permissions" | "role_label">;

/** Whether this may be shown: only when the server has said so. */
export function mayDo(profile: Known | undefined, permission: Permission): boolean {
  return profile?.permissions.includes(permission) ?? false;
}

/**
 * Why this cannot be done; undefined when it may be, and while that is not known yet (the server has the last word).
 * `words` are the features' own for what a permission is about.
 */
export function refusalOf(
  profile: Known | undefined,
  permission: Permission,
  words: Readonly<Record<string, string>> = {},
): string | undefined {
  if (!profile || mayDo(profile, permission)) return undefined;
  const [noun = permission, verb = ""] = permission.split(":");
  return `The role ${profile.role_label} may not ${verbs[verb] ?? verb} ${words[noun] ?? noun}. An administrator can give you another role.`;
}

const verbs: Record<string, string> = { read: "see", write: "change", run: "run" };
