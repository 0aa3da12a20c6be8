import {
  createUser as create,
  issuePasswordLink as issueLink,
  type NewUserBodyWritable,
  setUserRole as setRole,
  setUserStatus as setStatus,
  type UserOut,
} from "@/lib/api";

export { usersQuery } from "@/lib/queries";

export async function createUser(body: NewUserBodyWritable) {
  return (await create({ body, throwOnError: true })).data;
}

export async function setUserRole(id: string, role: UserOut["role"]) {
  return (await setRole({ path: { user_id: id }, body: { role }, throwOnError: true })).data;
}

export async function setUserStatus(id: string, disabled: boolean) {
  return (await setStatus({ path: { user_id: id }, body: { disabled }, throwOnError: true })).data;
}

/** The whole address of a one-time link with which this user sets a password. */
export async function makePasswordLink(id: string): Promise<string> {
  const { data } = await issueLink({ path: { user_id: id }, throwOnError: true });
  return window.location.origin + data.path;
}
