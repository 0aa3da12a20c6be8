import type { Metadata } from "next";

export const metadata: Metadata = { title: "First setup" };

/** `/setup`: the session gate shows it, without the frame of the other pages. */
export default function Page() {
  return null;
}
