"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Input, SearchInput } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { agentsQuery } from "@/lib/queries";

import { MoreFilters } from "./more-filters";
import { ranges, statuses, type useExecutionFilters } from "../../hooks/use-execution-filters";

const ALL = "all";
const statusOptions = [
  { value: ALL, label: "Any status" },
  ...statuses.map((status) => ({
    value: status,
    label: status.charAt(0).toUpperCase() + status.slice(1).replace("_", " "),
  })),
];
const rangeOptions = [
  { value: ALL, label: "Any time" },
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last 24 hours" },
  { value: "week", label: "Last 7 days" },
  { value: "custom", label: "Between …" },
];

/** Words, status, agent, time, and what is asked for less often. */
export function ExecutionFilters({ state }: { state: ReturnType<typeof useExecutionFilters> }) {
  const { values, setValues, any, clear } = state;
  const agents = useQuery(agentsQuery());
  const agentOptions = [
    { value: ALL, label: "Any agent" },
    ...(agents.data?.agents ?? []).map((agent) => ({ value: agent.id, label: agent.name })),
  ];
  const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? "";
  const parse = (text: string) => (text ? new Date(`${text}T00:00:00Z`) : null);
  return (
    <div role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 border-b px-4 py-2 md:px-5">
      <SearchInput
        label="Search runs"
        value={values.q}
        onChange={(event) => void setValues({ q: event.target.value })}
        className="max-w-80 flex-1"
      />
      <Select
        label="Status"
        value={values.status ?? ALL}
        options={statusOptions}
        onChange={(value) => void setValues({ status: statuses.find((status) => status === value) ?? null })}
      />
      <Select
        label="Agent"
        value={values.agent ?? ALL}
        options={agentOptions}
        onChange={(value) => void setValues({ agent: value === ALL ? null : value })}
        className="max-w-52"
      />
      <Select
        label="Time"
        value={values.range ?? ALL}
        options={rangeOptions}
        onChange={(value) => void setValues({ range: ranges.find((range) => range === value) ?? null })}
      />
      {values.range === "custom" && (
        <>
          <Input
            type="date"
            aria-label="From"
            value={day(values.from)}
            onChange={(event) => void setValues({ from: parse(event.target.value) })}
            className="w-36"
          />
          <Input
            type="date"
            aria-label="To"
            value={day(values.to)}
            onChange={(event) => void setValues({ to: parse(event.target.value) })}
            className="w-36"
          />
        </>
      )}
      <MoreFilters state={state} />
      {any && (
        <Button variant="ghost" onClick={clear}>
          <X /> Clear
        </Button>
      )}
    </div>
  );
}
