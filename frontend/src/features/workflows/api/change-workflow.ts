import {
  changeWorkflow as change,
  cloneWorkflow as clone,
  createWorkflow as create,
  removeWorkflow as remove,
  restoreWorkflowVersion as restore,
  type WorkflowBody,
  type WorkflowChanges,
  type WorkflowOut,
} from "@/lib/api";

/** Make a workflow; rejects with a problem document that names the fields. */
export async function createWorkflow(body: WorkflowBody): Promise<WorkflowOut> {
  return (await create({ body, throwOnError: true })).data;
}

/** Save the whole canvas as the next version of `version`; rejects with 412 when that is no longer the current one. */
export async function changeWorkflow(id: string, version: number, body: WorkflowChanges): Promise<WorkflowOut> {
  const headers = { "If-Match": `"${version}"` };
  return (await change({ path: { workflow_id: id }, body, headers, throwOnError: true })).data;
}

/** Make a new workflow with the same definition. */
export async function cloneWorkflow(id: string): Promise<WorkflowOut> {
  return (await clone({ path: { workflow_id: id }, body: {}, throwOnError: true })).data;
}

/** Remove a workflow with its versions; its runs stay. */
export async function removeWorkflow(id: string): Promise<void> {
  await remove({ path: { workflow_id: id }, throwOnError: true });
}

/** Make an earlier version the next one. */
export async function restoreWorkflowVersion(id: string, version: number): Promise<WorkflowOut> {
  return (await restore({ path: { workflow_id: id, version }, throwOnError: true })).data;
}
