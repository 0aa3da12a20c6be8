"use client";

import Link from "next/link";

import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ToolOut } from "@/lib/api";

import { settingText, toolArguments, withSetting } from "../../model/tool-settings";
import { useAgentBuilder } from "./builder-context";

/** A tool as the model sees it, its settings for this agent, and the way to try it. */
export function ToolPanel({ id, tool, chosen }: { id: string; tool: ToolOut; chosen: boolean }) {
  const { agent, updateAgent, errorOf } = useAgentBuilder();
  const settings = chosen ? (tool.settings ?? []) : [];
  const error = errorOf("tools_config");
  return (
    <div id={id} className="flex flex-col gap-3 border-t bg-surface px-3 py-2.5">
      <p className="text-xs text-ink-2">{tool.description}</p>
      <Arguments tool={tool} />
      {settings.length > 0 && (
        <div role="group" aria-label={`Settings of ${tool.name}`} className="grid gap-3 sm:grid-cols-2">
          {settings.map((setting) => {
            const field = `setting-${tool.name}-${setting}`;
            return (
              <Field key={setting} id={field} label={setting}>
                <Input
                  id={field}
                  value={settingText(agent.tools_config, tool.name, setting)}
                  type={/key|secret|token|password/.test(setting) ? "password" : "text"}
                  placeholder="As the server has it"
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) =>
                    updateAgent({
                      tools_config: withSetting(agent.tools_config, tool.name, setting, event.target.value),
                    })
                  }
                />
              </Field>
            );
          })}
        </div>
      )}
      {error && settings.length > 0 && (
        <p role="alert" className="text-xs text-bad-ink">
          {error}
        </p>
      )}
      <Link
        href={`/tools?tool=${encodeURIComponent(tool.name)}`}
        className="self-start text-xs text-accent-ink underline underline-offset-2"
      >
        Try it, see its whole specification
      </Link>
    </div>
  );
}

function Arguments({ tool }: { tool: ToolOut }) {
  const list = toolArguments(tool.parameters);
  if (list.length === 0) return <p className="text-xs text-ink-3">It takes no arguments.</p>;
  return (
    <dl aria-label={`Arguments of ${tool.name}`} className="flex flex-col gap-1 text-xs">
      {list.map(({ name, type, required, description }) => (
        <div key={name} className="flex flex-wrap gap-x-2">
          <dt className="font-mono text-tool-ink">
            {name}
            <span className="text-ink-3">
              {required ? "" : "?"}: {type}
            </span>
          </dt>
          <dd className="text-ink-3">{description}</dd>
        </div>
      ))}
    </dl>
  );
}
