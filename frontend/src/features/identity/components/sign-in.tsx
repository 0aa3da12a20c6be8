"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { Callout } from "@/components/ui/callout";
import { LogoMark } from "@/components/ui/logo";
import { Card } from "@/components/ui/surface";
import { openSession } from "@/lib/session";

import { logIn, optionsQuery, register } from "../api/sessions";
import { SmallForm } from "./small-form";

const account = [
  { name: "username", label: "Name", autoComplete: "username", hint: "Letters, digits, dots, dashes" },
  { name: "email", label: "E-mail", type: "email", autoComplete: "email" },
  {
    name: "password",
    label: "Password",
    type: "password",
    autoComplete: "new-password",
    hint: "At least 10 characters",
  },
] as const;

/** The way in: sign in, or make an account where strangers may. */
export function SignIn() {
  const queryClient = useQueryClient();
  const { data: options } = useQuery(optionsQuery());
  const [joining, setJoining] = useState(false);
  const enter = (session: Parameters<typeof openSession>[0]) => {
    queryClient.clear();
    openSession(session);
  };
  return (
    <Entrance title={joining ? "Create an account" : "Sign in"}>
      {options?.setup_needed && (
        <Callout>No administrator yet. Open the one-time link printed in the server log.</Callout>
      )}
      {joining ? (
        <SmallForm
          key="register"
          label="Create an account"
          action="Create account"
          fields={account}
          onSubmit={async ({ username = "", email = "", password = "" }) =>
            enter(await register({ username, email, password }))
          }
        />
      ) : (
        <SmallForm
          key="login"
          label="Sign in"
          action="Sign in"
          fields={[
            { name: "login", label: "Name or e-mail", autoComplete: "username" },
            { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
          ]}
          onSubmit={async ({ login = "", password = "" }) => enter(await logIn({ login, password }))}
        />
      )}
      {options?.registration_open === false && (
        <p className="text-xs text-ink-3">Forgot your password or need an account? Ask an administrator for a link.</p>
      )}
      {options?.registration_open && (
        <button
          type="button"
          onClick={() => setJoining(!joining)}
          className="self-start text-xs text-accent-ink underline underline-offset-2"
        >
          {joining ? "I have an account" : "Create an account"}
        </button>
      )}
    </Entrance>
  );
}

/** A card in the middle of an otherwise empty page. */
export function Entrance({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-1 items-center justify-center p-4">
      <Card className="flex w-full max-w-sm flex-col gap-4 p-6">
        <div className="flex items-center gap-3">
          <LogoMark className="size-8" />
          <h1 className="text-lg font-semibold">{title}</h1>
        </div>
        {text && <p className="text-sm text-ink-2">{text}</p>}
        {children}
      </Card>
    </main>
  );
}
