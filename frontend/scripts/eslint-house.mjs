/** The house's own lint rules: who may import whom, how files are called, how things are exported. */
import path from "node:path";

const floors = ["lib", "components", "stores", "features", "app"];
const mayImport = {
  lib: ["lib"],
  stores: ["lib", "stores"],
  components: ["lib", "stores", "components"],
  features: ["lib", "stores", "components", "features"],
  app: ["lib", "stores", "components", "features", "app"],
};

/** Split `…/src/features/agents/hooks/x.ts` into its floor and its feature. */
function place(file) {
  const parts = file.split(path.sep);
  const at = parts.lastIndexOf("src");
  if (at < 0) return null;
  const floor = parts[at + 1];
  return floors.includes(floor) ? { floor, feature: floor === "features" ? parts[at + 2] : null } : null;
}

function target(file, source) {
  if (source.startsWith("@/")) return place(path.join("src", source.slice(2)));
  if (source.startsWith(".")) return place(path.resolve(path.dirname(file), source));
  return null;
}

const zones = {
  meta: { type: "problem", schema: [] },
  create: (context) => {
    const from = place(context.filename);
    const check = (node) => {
      const to = from && node.source && target(context.filename, node.source.value);
      if (!to) return;
      if (!mayImport[from.floor].includes(to.floor)) {
        context.report({ node, message: `${from.floor} must not import from ${to.floor}` });
      } else if (from.feature && to.feature && from.feature !== to.feature) {
        context.report({ node, message: `feature ${from.feature} must not import feature ${to.feature}` });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

const kebabCase = {
  meta: { type: "suggestion", schema: [] },
  create: (context) => ({
    Program: (node) => {
      const name = path.basename(context.filename);
      if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)+$/.test(name))
        context.report({ node, message: `${name} is not kebab-case` });
    },
  }),
};

const namedExports = {
  meta: { type: "suggestion", schema: [] },
  create: (context) => ({
    ExportDefaultDeclaration: (node) => {
      const isRoute = context.filename.includes(`${path.sep}src${path.sep}app${path.sep}`);
      if (!isRoute) context.report({ node, message: "export by name; only routes have a default export" });
    },
  }),
};

export const house = { rules: { zones, "kebab-case": kebabCase, "named-exports": namedExports } };
