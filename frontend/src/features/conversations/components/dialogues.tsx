"use client";

import { useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";

import { PageHeader } from "@/components/layout/page";
import { NotPermitted } from "@/components/ui/read-only";
import { EmptyState } from "@/components/ui/surface";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { cn } from "@/lib/cn";
import { useRefusal } from "@/lib/use-permissions";

import { conversationQuery } from "../api/list-conversations";
import { useLiveMessages } from "../hooks/use-live-messages";
import { DialogueList } from "./dialogue-list";
import { DialogueThread } from "./dialogue-thread";
import { FlowPanel } from "./flow-panel";
import { LiveMark } from "./live-mark";
import { RulesPanel } from "./rules-panel";

const tabs = ["messages", "flow", "rules"] as const;

/** What agents say to each other: the dialogues with their messages, the picture of who talks to whom, the rules. */
export function Dialogues() {
  const [place, setPlace] = useQueryStates({
    tab: parseAsStringLiteral(tabs).withDefault("messages"),
    id: parseAsString,
    agent: parseAsString,
    with: parseAsString,
  });
  const refused = useRefusal("conversations:read");
  const shown = useQuery({ ...conversationQuery(place.id ?? ""), enabled: place.id !== null });
  const stream = useLiveMessages(place.id === null ? undefined : shown.data);
  const open = place.id !== null && place.tab === "messages";
  return (
    // Between the bars of narrow screens an open dialogue has all the height, so that its messages scroll and not the page.
    <div className={cn("flex min-h-0 flex-1 flex-col", open && "max-md:h-[calc(100dvh-6rem)] max-md:flex-none")}>
      <PageHeader title="Dialogues" facts={<LiveMark state={stream} />} />
      {refused !== undefined ? (
        <NotPermitted reason={refused} />
      ) : (
        <Tabs
          label="Dialogues"
          value={place.tab}
          onChange={(next) => void setPlace({ tab: tabs.find((name) => name === next) ?? null })}
          tabs={[
            { value: "messages", label: "Messages" },
            { value: "flow", label: "Who talks to whom" },
            { value: "rules", label: "Rules" },
          ]}
        >
          <TabPanel
            value="messages"
            className="grid min-h-0 min-w-0 flex-1 md:grid-cols-[minmax(15rem,20rem)_minmax(0,1fr)]"
          >
            <div className={cn("flex min-h-0 min-w-0 flex-col border-r", open && "max-md:hidden")}>
              <DialogueList
                chosen={place.id}
                agent={place.agent}
                other={place.with}
                onFilter={(agent, other) => void setPlace({ agent, with: other })}
                onChoose={(id) => void setPlace({ id })}
              />
            </div>
            <div className={cn("flex min-h-0 min-w-0 flex-col bg-surface", !open && "max-md:hidden")}>
              {place.id === null ? (
                <EmptyState icon={<MessagesSquare />} title="Choose a dialogue">
                  What an agent of a team, or a step of a workflow, is given by another is a message; what two of them
                  say to each other is a dialogue.
                </EmptyState>
              ) : (
                <DialogueThread
                  key={place.id}
                  id={place.id}
                  dialogue={shown.data}
                  error={shown.error}
                  onClose={() => void setPlace({ id: null })}
                />
              )}
            </div>
          </TabPanel>
          <TabPanel value="flow" className="min-h-0 flex-1 overflow-y-auto">
            <FlowPanel onOpen={(agent, other) => void setPlace({ tab: "messages", agent, with: other, id: null })} />
          </TabPanel>
          <TabPanel value="rules" className="min-h-0 flex-1 overflow-y-auto">
            <RulesPanel />
          </TabPanel>
        </Tabs>
      )}
    </div>
  );
}
