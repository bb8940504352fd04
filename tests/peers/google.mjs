// The Google service of emulate. It knows no loopback rule: a redirect must be registered with its port.
// usage: node google.mjs PORT SEED_FILE
import { readFileSync } from "node:fs";
import { createEmulator } from "emulate";
import { serve } from "./commands.mjs";

const port = Number(process.argv[2]);
const seed = JSON.parse(readFileSync(process.argv[3], "utf-8"));
const google = await createEmulator({ service: "google", port, baseUrl: `http://127.0.0.1:${port}`, seed });
serve(google.url, () => {
  throw new Error("this peer takes no commands");
});
