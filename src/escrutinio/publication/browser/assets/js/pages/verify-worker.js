// The worker of the page "Verify everything here".

import { serveWorker } from "./verify-work.js";

serveWorker(() => new Worker(import.meta.url, { type: "module" }));
