"use client";

import { useQuery } from "@tanstack/react-query";

import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { toolsQuery } from "@/lib/queries";
import { usePermissions } from "@/lib/use-permissions";

import { origins, sorts } from "../../api/list-executions";
import type { useExecutionFilters } from "../../hooks/use-execution-filters";

const ALL = "all";
const words = (value: string) => value.charAt(0).toUpperCase() + value.slice(1);
const originOptions = [
  { value: ALL, label: "Any origin" },
  ...origins.map((value) => ({ value, label: value === "api" ? "API" : words(value) })),
];
const feedbackOptions = [
  { value: ALL, label: "Any feedback" },
  { value: "up", label: "Good" },
  { value: "down", label: "Bad" },
];
const sortOptions = sorts.map((value) => ({ value, label: `By ${value === "created" ? "time" : value}` }));
const number = (text: string) => (text === "" || !(Number(text) >= 0) ? null : Number(text));

/** Origin, tool, model, tag, feedback, least cost and duration, order; for those who may, whose runs. */
export function MoreFilters({ state: { values, setValues } }: { state: ReturnType<typeof useExecutionFilters> }) {
  const may = usePermissions();
  const tools = useQuery(toolsQuery());
  const toolOptions = [
    { value: ALL, label: "Any tool" },
    ...(tools.data?.tools ?? []).map(({ name }) => ({ value: name, label: name })),
  ];
  return (
    <>
      <Select
        label="Origin"
        value={values.origin ?? ALL}
        options={originOptions}
        onChange={(value) => void setValues({ origin: origins.find((origin) => origin === value) ?? null })}
      />
      <Select
        label="Tool"
        value={values.tool ?? ALL}
        options={toolOptions}
        onChange={(value) => void setValues({ tool: value === ALL ? null : value })}
        className="max-w-44"
      />
      <Select
        label="Feedback"
        value={values.feedback ?? ALL}
        options={feedbackOptions}
        onChange={(value) => void setValues({ feedback: value === "up" || value === "down" ? value : null })}
      />
      <Input
        aria-label="Tag"
        placeholder="Tag"
        value={values.tag ?? ""}
        onChange={(event) => void setValues({ tag: event.target.value || null })}
        className="w-28"
      />
      <Input
        aria-label="Model"
        placeholder="Model"
        value={values.model ?? ""}
        onChange={(event) => void setValues({ model: event.target.value || null })}
        className="w-32"
      />
      <Input
        type="number"
        min={0}
        step="any"
        aria-label="Least cost in US dollars"
        placeholder="Cost ≥ $"
        value={values.cost ?? ""}
        onChange={(event) => void setValues({ cost: number(event.target.value) })}
        className="w-24"
      />
      <Input
        type="number"
        min={0}
        step="any"
        aria-label="Least duration in seconds"
        placeholder="Took ≥ s"
        value={values.seconds ?? ""}
        onChange={(event) => void setValues({ seconds: number(event.target.value) })}
        className="w-24"
      />
      <Select
        label="Sort"
        value={values.sort}
        options={sortOptions}
        onChange={(value) => void setValues({ sort: sorts.find((sort) => sort === value) ?? "created" })}
      />
      <Segmented
        label="Order"
        value={values.order}
        onChange={(order) => void setValues({ order })}
        options={[
          { value: "desc", label: "↓", title: "Greatest or latest first" },
          { value: "asc", label: "↑", title: "Least or earliest first" },
        ]}
      />
      {may("others:read") && (
        <Segmented
          label="Whose runs"
          value={values.owner === null ? "mine" : "all"}
          onChange={(value) => void setValues({ owner: value === "all" ? "all" : null })}
          options={[
            { value: "mine", label: "Mine" },
            { value: "all", label: "Everybody's" },
          ]}
        />
      )}
    </>
  );
}
