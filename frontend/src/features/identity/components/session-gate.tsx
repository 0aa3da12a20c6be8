"use client";

import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { useSession } from "@/lib/use-session";

const FirstSetup = dynamic(() => import("./first-setup").then((module) => module.FirstSetup), { ssr: false });
const SignIn = dynamic(() => import("./sign-in").then((module) => module.SignIn), { ssr: false });

/** Shows the pages, or the way in when the server has asked for one (in local mode it never does). One-time links open without a frame. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { signedOut } = useSession();
  const path = usePathname();
  if (path.startsWith("/setup")) return <FirstSetup />;
  if (signedOut) return <SignIn />;
  return children;
}
