"use client";

import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { useSession } from "@/lib/use-session";

const SignIn = dynamic(() => import("./sign-in").then((module) => module.SignIn), { ssr: false });

/** Shows the pages, or the way in when the server has asked for one. In local mode it never does. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { signedOut } = useSession();
  const path = usePathname();
  if (signedOut && !path.startsWith("/setup")) return <SignIn />;
  return children;
}
