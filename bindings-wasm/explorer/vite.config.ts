// A build of static files with relative addresses, so that a node, a bucket or a folder can serve it; beside what is
// large and of text or wasm stands its gzip form.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Below this a compressed form saves nothing worth a file. */
const GZIP_BYTES_MIN = 1_024;

function gzipped(): Plugin {
  let folder = "dist";
  return {
    name: "gzipped",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const file = join(folder, name);
        if (!/\.(html|js|css|wasm|svg|json)$/.test(name) || statSync(file).size < GZIP_BYTES_MIN) continue;
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [gzipped()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { alias: { react: "preact/compat", "react-dom": "preact/compat", "react/jsx-runtime": "preact/jsx-runtime" }, dedupe: ["preact"] },
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
