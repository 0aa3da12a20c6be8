import importPlugin from "eslint-plugin-import";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

import { house } from "./scripts/eslint-house.mjs";

const code = ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"];

export default tseslint.config(
  { ignores: [".next/**", "out/**", "node_modules/**", "src/lib/api/**", "src/lib/api-drafts/**", "next-env.d.ts"] },
  ...tseslint.configs.strict.map((config) => ({ ...config, files: code })),
  {
    files: code,
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y, import: importPlugin, house },
    settings: {
      "import/resolver": { typescript: true },
      "import/parsers": { "@typescript-eslint/parser": [".ts", ".tsx"] },
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.recommended.rules,
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "house/zones": "error",
      "import/no-cycle": ["error", { ignoreExternal: true }],
      "house/kebab-case": "error",
      "house/named-exports": "error",
      "jsx-a11y/no-autofocus": "off",
      "max-lines": ["error", { max: 300 }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  { files: ["src/**/*.tsx"], rules: { "max-lines": ["error", { max: 200 }] } },
  { files: ["src/app/**/page.tsx"], rules: { "max-lines": ["error", { max: 40 }] } },
);
