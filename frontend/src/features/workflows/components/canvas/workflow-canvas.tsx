"use client";

import dynamic from "next/dynamic";

import { Skeleton } from "@/components/ui/surface";

import type { FlowCanvasProps } from "./flow-canvas";

/** The canvas; its library and the one that arranges nodes are loaded when the first one is shown. */
export const WorkflowCanvas = dynamic<FlowCanvasProps>(
  () => import("./flow-canvas").then((module) => module.FlowCanvas),
  { ssr: false, loading: () => <Skeleton className="h-full min-h-80 w-full" /> },
);
