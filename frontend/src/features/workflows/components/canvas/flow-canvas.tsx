"use client";

import "@xyflow/react/dist/base.css";

import {
  Background,
  type Connection,
  type NodeChange,
  type OnSelectionChangeParams,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useEdgesState,
  useNodesState,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { LayoutDashboard, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";

import { IconButton } from "@/components/ui/icon-button";

import type { Selection } from "../../hooks/use-workflow-editor";
import type { Content } from "../../model/draft";
import { type NewNode, NODE_DATA } from "../../model/edit";
import { type CanvasEdge, type CanvasNode, flowEdges, flowNodes, type Shown } from "../../model/flow";
import { layoutOf } from "../../model/layout";
import { FAR_ZOOM, FarContext } from "./far";
import { nodeTypes } from "./nodes";

const FIT = { maxZoom: 1, padding: 0.15 };

type Place = { x: number; y: number };

export interface FlowCanvasProps {
  content: Content;
  shown: Shown;
  selection: Selection;
  onSelect: (selection: Partial<Selection>) => void;
  /** Missing where nothing can be changed. */
  edit?: {
    move: (places: ReadonlyMap<string, Place>) => void;
    connect: (source: string, target: string) => void;
    add: (node: NewNode) => void;
  };
}

/** The canvas. It comes in a chunk of its own (`WorkflowCanvas`). */
export function FlowCanvas(props: FlowCanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ content, shown, selection, onSelect, edit }: FlowCanvasProps) {
  const [nodes, setNodes, onNodesChange] = useNodesState<CanvasNode>([]);
  const [edges, setEdges, onEdgesChange] = useEdgesState<CanvasEdge>([]);
  const flow = useReactFlow<CanvasNode, CanvasEdge>();
  const far = useStore(({ transform }) => transform[2] < FAR_ZOOM);
  const wanted = useMemo(() => flowNodes(content, shown), [content, shown]);
  const wantedEdges = useMemo(() => flowEdges(content, shown), [content, shown]);
  useEffect(() => {
    const chosen = new Set(selection.nodes);
    // What the library has measured stays, or every change would be a first drawing.
    setNodes((before) => {
      const measured = new Map(before.map((node) => [node.id, node.measured]));
      return wanted.map((node) => {
        const size = measured.get(node.id);
        return { ...node, selected: chosen.has(node.id), ...(size ? { measured: size } : {}) };
      });
    });
  }, [wanted, selection.nodes, setNodes]);
  useEffect(() => {
    const chosen = new Set(selection.edges);
    setEdges(wantedEdges.map((edge) => ({ ...edge, selected: chosen.has(edge.id) })));
  }, [wantedEdges, selection.edges, setEdges]);
  const current = useRef(selection);
  const latest = useRef(edit);
  useEffect(() => {
    current.current = selection;
    latest.current = edit;
  }, [selection, edit]);
  // The library calls a new function with what it knew before: this one must stay the same.
  const onSelectionChange = useCallback(
    (chosen: OnSelectionChangeParams) => {
      const next = { nodes: chosen.nodes.map(({ id }) => id), edges: chosen.edges.map(({ id }) => id) };
      if (!same(next, current.current)) onSelect(next);
    },
    [onSelect],
  );
  // These too: each new one makes the library look at all nodes and edges again, in every frame of a drag.
  const onNodes = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      onNodesChange(changes);
      // Where a node is let go, or where a key has put it; on the way there it is nobody else's business.
      const places = changes.flatMap((one) =>
        one.type === "position" && one.dragging === false && one.position ? [[one.id, one.position] as const] : [],
      );
      if (places.length > 0) latest.current?.move(new Map(places));
    },
    [onNodesChange],
  );
  const onConnect = useCallback(({ source, target }: Connection) => latest.current?.connect(source, target), []);

  return (
    <FarContext value={far}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodesChange={onNodes}
        onEdgesChange={onEdgesChange}
        onSelectionChange={onSelectionChange}
        onConnect={onConnect}
        onDragOver={(event) => {
          if (!edit || !event.dataTransfer.types.includes(NODE_DATA)) return;
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
        }}
        onDrop={(event) => {
          const dragged = event.dataTransfer.getData(NODE_DATA);
          if (!edit || !dragged) return;
          event.preventDefault();
          const position = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          edit.add({ ...(JSON.parse(dragged) as NewNode), position });
        }}
        nodesDraggable={edit !== undefined}
        nodesConnectable={edit !== undefined}
        // Deleting is ours: it takes tasks and inner nodes along, and can be undone.
        deleteKeyCode={null}
        onlyRenderVisibleElements={content.nodes.length > 100}
        fitView
        fitViewOptions={FIT}
        minZoom={0.1}
        className="bg-canvas"
      >
        <Background gap={20} color="var(--line-strong)" />
        <Panel position="bottom-left" className="flex gap-0.5 rounded-md border bg-surface p-0.5">
          <IconButton label="Zoom in" onClick={() => void flow.zoomIn()}>
            <ZoomIn />
          </IconButton>
          <IconButton label="Zoom out" onClick={() => void flow.zoomOut()}>
            <ZoomOut />
          </IconButton>
          <IconButton label="Show everything" onClick={() => void flow.fitView(FIT)}>
            <Maximize />
          </IconButton>
          {edit && (
            <IconButton
              label="Arrange the nodes"
              onClick={() => {
                edit.move(layoutOf(content));
                requestAnimationFrame(() => void flow.fitView(FIT));
              }}
            >
              <LayoutDashboard />
            </IconButton>
          )}
        </Panel>
      </ReactFlow>
    </FarContext>
  );
}

function same(one: Selection, other: Selection): boolean {
  const key = ({ nodes, edges }: Selection) => JSON.stringify([[...nodes].sort(), [...edges].sort()]);
  return key(one) === key(other);
}
