import type { ModelBodyWritable, ModelChangesWritable, ModelDetails } from "@/lib/api";

/** A model as a form has it: texts only; empty means not set. */
export interface ModelDraft {
  provider: string;
  name: string;
  model_identifier: string;
  endpoint_url: string;
  api_key: string;
  key_id: string;
  fallbacks: string;
  max_rpm: string;
  temperature: string;
  max_tokens: string;
  for_all: boolean;
}

export const emptyDraft: ModelDraft = {
  provider: "openai",
  name: "",
  model_identifier: "",
  endpoint_url: "",
  api_key: "",
  key_id: "",
  fallbacks: "",
  max_rpm: "",
  temperature: "",
  max_tokens: "",
  for_all: false,
};

/** The form's texts for a model that is there; its key is never shown. */
export function draftOf(model: ModelDetails): ModelDraft {
  const { temperature, max_tokens } = model.config_params_json;
  return {
    provider: model.provider,
    name: model.name,
    model_identifier: model.model_identifier,
    endpoint_url: model.endpoint_url ?? "",
    api_key: "",
    key_id: model.key_id ?? "",
    fallbacks: model.fallbacks.join(", "),
    max_rpm: model.max_rpm?.toString() ?? "",
    temperature: temperature?.toString() ?? "",
    max_tokens: max_tokens?.toString() ?? "",
    for_all: model.owner === "global",
  };
}

/** The body of a new model. */
export function newModel(draft: ModelDraft): ModelBodyWritable {
  return {
    ...shared(draft),
    provider: draft.provider,
    for_all: draft.for_all,
    ...(draft.api_key ? { api_key: draft.api_key } : {}),
  };
}

/** The body of a change. A key that was not typed stays as it is; the version keeps two people from overwriting each other. */
export function changedModel(draft: ModelDraft, before: ModelDetails): ModelChangesWritable {
  const parameters = { ...before.config_params_json, ...shared(draft).config_params_json };
  return {
    ...shared(draft),
    config_params_json: parameters,
    provider: draft.provider,
    version: before.version,
    ...(draft.api_key ? { api_key: draft.api_key } : {}),
  };
}

function shared(draft: ModelDraft) {
  return {
    name: draft.name,
    model_identifier: draft.model_identifier,
    endpoint_url: draft.endpoint_url || null,
    key_id: draft.key_id || null,
    fallbacks: draft.fallbacks
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
    max_rpm: numberOf(draft.max_rpm),
    config_params_json: { temperature: numberOf(draft.temperature), max_tokens: numberOf(draft.max_tokens) },
  };
}

function numberOf(text: string): number | null {
  return text.trim() ? Number(text) : null;
}
