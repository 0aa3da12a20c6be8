"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { agentsQuery } from "@/lib/queries";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { type Node, nodeName } from "../../model/draft";
import { changeConfig, changeNode } from "../../model/edit";
import { kinds } from "../../model/kinds";
import { markAt, type Marks } from "../../model/marks";
import { AgentField, ChoiceField } from "./choice-fields";
import { ConfigFields } from "./config-fields";
import { DeleteButton } from "./delete-button";
import { Findings, Panel } from "./panel";
import { TaskList } from "./task-list";

/** Everything that one node is told. */
export function NodeInspector({ editor, node, marks }: { editor: WorkflowEditor; node: Node; marks: Marks }) {
  const { content, change } = editor;
  const findings = marks.nodes.get(node.id);
  const prefix = `node-${node.id}`;
  const put = (values: Partial<Node>) =>
    change((before) => changeNode(before, node.id, values), `${node.id}/${Object.keys(values).join()}`);
  const loops = content.nodes.filter(({ type, id }) => type === "loop" && id !== node.id);
  return (
    <>
      <Panel
        title={kinds[node.type].label}
        action={<DeleteButton label={`Delete ${nodeName(node)}`} onDelete={editor.removeSelected} />}
      >
        <Findings findings={findings} />
        <Field id={`${prefix}-alias`} label="Name" hint={`Templates call it steps.${nodeName(node)}`}>
          <Input
            {...fieldAria(`${prefix}-alias`, markAt(findings, "alias"))}
            value={node.alias ?? ""}
            placeholder={node.id}
            onChange={(event) => put({ alias: event.target.value || null })}
          />
        </Field>
        {node.type === "agent" && (
          <>
            <AgentField
              id={`${prefix}-agent`}
              label="Agent"
              value={node.agent_id ?? ""}
              error={markAt(findings, "agent_id")}
              onChange={(agent_id) => put({ agent_id })}
            />
            <AgentFacts agentId={node.agent_id ?? ""} />
          </>
        )}
        {(loops.length > 0 || node.parent !== null) && (
          <ChoiceField
            id={`${prefix}-parent`}
            label="Within the loop"
            value={node.parent ?? ""}
            error={markAt(findings, "parent")}
            options={[
              { value: "", label: "none" },
              ...loops.map((loop) => ({ value: loop.id, label: nodeName(loop) })),
            ]}
            onChange={(parent) => put({ parent: parent || null, position: parent ? { x: 20, y: 48 } : { x: 0, y: 0 } })}
          />
        )}
      </Panel>
      {node.type === "agent" && <TaskList editor={editor} marks={marks} nodeId={node.id} />}
      <Panel title={node.type === "agent" ? "Without tasks, and for all of them" : "Settings"}>
        <ConfigFields
          prefix={prefix}
          fields={kinds[node.type].fields}
          config={node.config}
          findings={findings}
          onChange={(values) =>
            change((before) => changeConfig(before, node.id, values), `${node.id}/${Object.keys(values).join()}`)
          }
        />
      </Panel>
    </>
  );
}

/** The agent of a node, to be read: it is changed on its own page. */
function AgentFacts({ agentId }: { agentId: string }) {
  const agent = useQuery(agentsQuery()).data?.agents.find(({ id }) => id === agentId);
  if (!agent) return null;
  const facts = [
    ["Role", agent.role],
    ["Model", agent.model ?? "the default"],
    ["Tools", (agent.tools ?? []).join(", ") || "none"],
  ] as const;
  return (
    <dl className="grid grid-cols-[4rem_minmax(0,1fr)] gap-x-2 gap-y-0.5 text-xs">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="break-words text-ink-2">{value}</dd>
          </div>
        ))}
      <dt className="sr-only">Page</dt>
      <dd className="col-span-2">
        <Link href={`/agents/${agent.id}`} className="text-accent-ink hover:underline">
          Open the agent
        </Link>
      </dd>
    </dl>
  );
}
