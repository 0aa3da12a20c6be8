import { useQuery } from "@tanstack/react-query";
import { LayoutGrid, Rows3 } from "lucide-react";

import { SearchInput } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { toolsQuery } from "@/lib/queries";
import { useViewStore } from "@/stores/view";

const ALL = "all";
export const agentStatuses = ["active", "disabled", "created", "error"] as const;
const statusOptions = [
  { value: ALL, label: "Any status" },
  ...agentStatuses.map((status) => ({ value: status, label: status.charAt(0).toUpperCase() + status.slice(1) })),
];

export interface AgentListFilters {
  q: string;
  status: (typeof agentStatuses)[number] | null;
  tool: string | null;
}

/** Search, status, tool, cards or table. */
export function AgentListToolbar({
  filters,
  onChange,
}: {
  filters: AgentListFilters;
  onChange: (change: Partial<AgentListFilters>) => void;
}) {
  const { agentsView, setAgentsView } = useViewStore();
  const tools = useQuery(toolsQuery());
  const toolOptions = [
    { value: ALL, label: "Any tool" },
    ...(tools.data?.tools ?? []).map(({ name }) => ({ value: name, label: name })),
  ];
  return (
    <div role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 pb-3">
      <SearchInput
        label="Search agents"
        value={filters.q}
        onChange={(event) => onChange({ q: event.target.value })}
        className="max-w-80 flex-1"
      />
      <Select
        label="Status"
        value={filters.status ?? ALL}
        options={statusOptions}
        onChange={(value) => onChange({ status: agentStatuses.find((status) => status === value) ?? null })}
      />
      <Select
        label="Tool"
        value={filters.tool ?? ALL}
        options={toolOptions}
        onChange={(value) => onChange({ tool: value === ALL ? null : value })}
        className="max-w-44"
      />
      <span className="flex-1" />
      <Segmented
        label="Layout"
        value={agentsView}
        onChange={setAgentsView}
        options={[
          { value: "cards", label: <LayoutGrid />, title: "Cards" },
          { value: "table", label: <Rows3 />, title: "Table" },
        ]}
      />
    </div>
  );
}
