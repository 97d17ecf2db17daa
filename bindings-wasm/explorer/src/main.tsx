/** The page begins here. */
import { QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { Router } from "wouter-preact";
import { App } from "./app.js";
import { NodeProvider } from "./node/context.js";
import { queries } from "./node/queries.js";
import { useHashLocation, useHashSearch } from "./shell/location.js";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";

const place = document.getElementById("app");
if (place) {
  render(
    <QueryClientProvider client={queries}>
      <NodeProvider>
        <Router hook={useHashLocation} searchHook={useHashSearch}>
          <App />
        </Router>
      </NodeProvider>
    </QueryClientProvider>,
    place,
  );
}
