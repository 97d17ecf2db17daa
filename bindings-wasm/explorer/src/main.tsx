/** The page begins here. */
import { QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { Router } from "wouter-preact";
import { useHashLocation } from "wouter-preact/use-hash-location";
import { App } from "./app.js";
import { NodeProvider } from "./node/context.js";
import { queries } from "./node/queries.js";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";

const place = document.getElementById("app");
if (place) {
  render(
    <QueryClientProvider client={queries}>
      <NodeProvider>
        <Router hook={useHashLocation}>
          <App />
        </Router>
      </NodeProvider>
    </QueryClientProvider>,
    place,
  );
}
