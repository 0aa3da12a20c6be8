// Draws the reference from /openapi.json: operations with parameters, bodies, answers, and a form to try each.

const contents = document.getElementById("contents");
const reference = document.getElementById("reference");
const api = await (await fetch("/openapi.json")).json();

function element(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolve(schema) {
  return schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema;
}

function typeName(schema) {
  if (!schema) return "any";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(typeName).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `${typeName(schema.items)}[]`;
  return schema.format ? `${schema.type} (${schema.format})` : schema.type ?? "any";
}

function bounds(outer) {
  const schema = outer?.anyOf?.[0] ?? outer;
  const names = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "default"];
  return names.filter((name) => schema?.[name] !== undefined && schema[name] !== null)
    .map((name) => `${name} ${JSON.stringify(schema[name])}`).join(", ");
}

function example(schema, depth = 0) {
  const known = resolve(schema) ?? {};
  if (known.examples?.length) return known.examples[0];
  if (known.default !== undefined) return known.default;
  if (known.enum) return known.enum[0];
  if (known.anyOf) return example(known.anyOf[0], depth);
  if (known.type === "object" && known.properties && depth < 3) {
    const wanted = Object.entries(known.properties).filter(([name]) => (known.required ?? []).includes(name));
    return Object.fromEntries(wanted.map(([name, inner]) => [name, example(inner, depth + 1)]));
  }
  return { string: "", integer: 0, number: 0, boolean: false, array: [], object: {} }[known.type] ?? null;
}

function fieldTable(schema) {
  const known = resolve(schema);
  const rows = Object.entries(known?.properties ?? {}).map(([name, inner]) => {
    const needed = (known.required ?? []).includes(name) ? " *" : "";
    return element("tr", {},
      element("td", {}, element("code", { textContent: name + needed })),
      element("td", { className: "quiet" }, typeName(inner)),
      element("td", {}, [inner.description, bounds(inner)].filter(Boolean).join(" ")));
  });
  return rows.length ? element("table", {}, ...rows) : element("p", { className: "quiet", textContent: typeName(schema) });
}

function answers(operation) {
  const rows = Object.entries(operation.responses).map(([status, answer]) => {
    const [media, content] = Object.entries(answer.content ?? {})[0] ?? ["", {}];
    return element("tr", {},
      element("td", {}, element("code", { textContent: status })),
      element("td", { className: "quiet" }, typeName(content.itemSchema?.properties.data.contentSchema ?? content.schema ?? { type: "" })),
      element("td", {}, `${answer.description} ${media}`));
  });
  return element("table", {}, ...rows);
}

async function show(output, request) {
  output.textContent = "…";
  const answer = await fetch(request.path, request.options);
  output.textContent = `${answer.status} ${answer.statusText}\n`;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) output.textContent += part.value;
}

function trial(method, path, operation) {
  const inputs = (operation.parameters ?? []).map((parameter) => ({
    parameter, input: element("input", { placeholder: typeName(parameter.schema), ariaLabel: parameter.name }) }));
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body = schema && element("textarea", { value: JSON.stringify(example(schema), null, 2), ariaLabel: "body" });
  const output = element("pre", { hidden: true });
  const send = element("button", { textContent: "Send" });
  send.onclick = () => {
    output.hidden = false;
    const headers = body ? { "Content-Type": "application/json" } : {};
    const query = new URLSearchParams();
    let target = path;
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value && parameter.in === "query") query.set(parameter.name, input.value);
      else if (input.value) headers[parameter.name] = input.value;
    }
    const options = { method: method.toUpperCase(), headers, body: body?.value };
    show(output, { path: query.size ? `${target}?${query}` : target, options })
      .catch((problem) => { output.textContent = String(problem); });
  };
  const fields = inputs.map(({ parameter, input }) => element("tr", {},
    element("td", {}, element("code", { textContent: parameter.name + (parameter.required ? " *" : "") })),
    element("td", { className: "quiet" }, parameter.in), element("td", {}, input, " ", parameter.description ?? "")));
  return element("details", {}, element("summary", { textContent: "Try it" }),
    element("table", {}, ...fields), body, send, output);
}

function section(method, path, operation) {
  const body = operation.requestBody?.content["application/json"]?.schema;
  return element("section", { id: operation.operationId },
    element("h3", {}, element("span", { className: "method", textContent: method.toUpperCase() }), element("code", { textContent: path })),
    element("p", {}, operation.description ?? operation.summary ?? ""),
    body ? element("h4", { textContent: `Body: ${typeName(body)}` }) : null, body ? fieldTable(body) : null,
    element("h4", { textContent: "Answers" }), answers(operation), trial(method, path, operation));
}

const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })));
reference.replaceChildren(element("h1", { textContent: `${api.info.title} ${api.info.version}` }), element("p", {}, api.info.description));
for (const tag of api.tags ?? []) {
  contents.append(element("h2", { textContent: tag.name }));
  for (const { method, path, operation } of operations.filter(({ operation }) => operation.tags?.includes(tag.name))) {
    contents.append(element("a", { href: `#${operation.operationId}`, textContent: operation.summary }));
    reference.append(section(method, path, operation));
  }
}
contents.append(element("h2", { textContent: "Schemas" }));
for (const [name, schema] of Object.entries(api.components.schemas)) {
  contents.append(element("a", { href: `#schema-${name}`, textContent: name }));
  reference.append(element("section", { id: `schema-${name}` }, element("h3", { textContent: name }),
    element("p", {}, schema.description ?? ""), fieldTable(schema)));
}
const search = element("input", { type: "search", placeholder: "Search", ariaLabel: "Search the reference" });
const links = [...contents.querySelectorAll("a")].map((link) => {
  const shown = document.getElementById(link.hash.slice(1));
  // Field names and descriptions count as well, forms and examples do not.
  return { link, shown, text: `${link.textContent} ${shown.id} ${shown.textContent}`.toLowerCase() };
});
const none = element("p", { className: "quiet", textContent: "Nothing has all of these words.", hidden: true });
search.oninput = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { link, shown, text } of links) link.hidden = shown.hidden = !words.every((word) => text.includes(word));
  none.hidden = links.some(({ link }) => !link.hidden);
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) return;
  event.preventDefault();
  search.focus();
});
contents.prepend(search, none);
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
