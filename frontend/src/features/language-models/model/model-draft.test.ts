import { expect, test } from "vitest";

import type { ModelDetails } from "@/lib/api";

import { changedModel, draftOf, emptyDraft, newModel } from "./model-draft";

const model = {
  id: "1",
  name: "fast",
  provider: "openai",
  model_identifier: "gpt-4o-mini",
  owner: "own",
  endpoint_url: null,
  key_id: null,
  key_hint: "…4711",
  fallbacks: ["second", "third"],
  max_rpm: 60,
  config_params_json: { temperature: 0.5, max_tokens: null, timeout_s: 30, responses_api: true },
  version: 4,
} as unknown as ModelDetails;

test("what is read is what is sent", () => {
  const { config_params_json, key_id, ...sent } = changedModel(draftOf(model), model);
  expect(sent).toMatchObject({
    name: "fast",
    endpoint_url: null,
    fallbacks: ["second", "third"],
    max_rpm: 60,
    version: 4,
  });
  expect(config_params_json).toEqual(model.config_params_json);
  expect(key_id).toBeNull();
});

test("a key is sent only when one was typed", () => {
  expect(changedModel(draftOf(model), model)).not.toHaveProperty("api_key");
  expect(changedModel({ ...draftOf(model), api_key: "sk-new" }, model)).toHaveProperty("api_key", "sk-new");
  expect(newModel(emptyDraft)).not.toHaveProperty("api_key");
});

test("empty fields are not set", () => {
  expect(newModel({ ...emptyDraft, name: "m", fallbacks: " , second ,, " })).toMatchObject({
    fallbacks: ["second"],
    max_rpm: null,
    endpoint_url: null,
    config_params_json: { temperature: null, max_tokens: null },
  });
});
