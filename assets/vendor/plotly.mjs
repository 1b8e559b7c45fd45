// Builds plotly.min.js with just the traces in use, of the plotly.js version that the installed plotly package carries.
//
//   npm pack plotly.js@VERSION && tar xzf plotly.js-*.tgz && cd package
//   npm pkg delete devDependencies scripts && npm install --ignore-scripts
//   npm install --ignore-scripts esbuild@0.28.1 esbuild-plugin-environment@0.5 esbuild-plugin-glsl@1.4 \
//     esbuild-plugin-inline-css@0.0.1
//   node .../assets/vendor/plotly.mjs .
//
// A test compares the version in the bundle with the package's.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TRACES = ["bar", "candlestick", "heatmap", "histogram", "ohlc", "pie", "treemap", "waterfall"];
const source = resolve(process.argv[2]);
const require = createRequire(join(source, "package.json"));
const { build } = require("esbuild");
const { environmentPlugin } = require("esbuild-plugin-environment");
const { glsl } = require("esbuild-plugin-glsl");
const inlineCss = require("esbuild-plugin-inline-css");

const { version } = JSON.parse(readFileSync(join(source, "package.json")));
const license = [
  `plotly.js v${version} (${["scatter", ...TRACES].join(", ")})`,
  "Copyright 2012-2026, Plotly, Inc.",
  "All rights reserved.",
  "Licensed under the MIT license",
];
const registered = TRACES.map((name) => `require("./lib/${name}")`).join(", ");
const result = await build({
  stdin: {
    contents: `const Plotly = require("./lib/core"); Plotly.register([${registered}]); module.exports = Plotly;`,
    resolveDir: source,
  },
  format: "iife",
  globalName: "Plotly",
  bundle: true,
  minify: true,
  write: false,
  legalComments: "none",
  plugins: [inlineCss(), glsl({ minify: true }), environmentPlugin({ NODE_DEBUG: false })],
  alias: { regl: "@plotly/regl", stream: "stream-browserify" },
  define: { global: "window", "define.amd": "false" },
  target: "es2016",
});
const target = join(dirname(fileURLToPath(import.meta.url)), "plotly.min.js");
const banner = `/**\n${license.map((line) => `* ${line}`).join("\n")}\n*/\n`;
writeFileSync(target, `${banner}${result.outputFiles[0].text}window.Plotly=Plotly;\n`);
