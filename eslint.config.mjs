// Scripts of assets/ are plain ES2022 in the browser: no modules, no build step, everything under a few known globals.
import css from "@eslint/css";
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/*.min.js", "assets/vendor/", ".venv/", ".dashboard/", "build/"] },
  {
    files: ["assets/**/*.js"],
    ...js.configs.recommended,
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "script",
      globals: { ...globals.browser, dash_clientside: "readonly", dagfuncs: "readonly", Plotly: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-implicit-globals": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Set textContent or build nodes: text from a ledger is never markup." },
        { property: "outerHTML", message: "Set textContent or build nodes: text from a ledger is never markup." },
        { property: "insertAdjacentHTML", message: "Build nodes: text from a ledger is never markup." },
      ],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["assets/**/*.css"],
    plugins: { css },
    language: "css/css",
    languageOptions: { tolerant: true },
    rules: {
      "css/no-duplicate-imports": "error",
      "css/no-duplicate-keyframe-selectors": "error",
      "css/no-empty-blocks": "error",
      "css/no-invalid-at-rules": "error",
    },
  },
];
