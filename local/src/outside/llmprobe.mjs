// Runs llmprobe (npm, version 0.6.12) against the running dev stack and judges the endpoints that Sluice has.
//
// Only failed MUST assertions count. What a scripted model cannot show (how clever it is) and endpoints that Sluice does
// not have are not judged. Nothing is uploaded or saved. Exits with 1 when a MUST failed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const surfaces = new Set(["models", "chat", "responses"]);
const models = ["demo-tools", "demo-responses-tools", "demo-reason", "demo-responses-reason"];

const dev = JSON.parse(readFileSync(process.env.SLUICE_DEV_JSON ?? ".sluice/dev.json", "utf8"));
const command = path.join(process.env.SLUICE_NODE_MODULES ?? process.cwd(), "node_modules/.bin/llmprobe");
let failed = 0;
for (const model of models) {
  const run = spawnSync(
    command,
    [dev.base_url, "-k", dev.api_key, "-m", model, "--no-bench", "--no-save", "--json"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (run.error || !run.stdout.startsWith("{")) {
    throw new Error(`llmprobe did not report: ${run.error ?? run.stderr}`);
  }
  const judged = JSON.parse(run.stdout).conformance.results.filter((result) => surfaces.has(result.surface));
  const count = (outcome) => judged.filter((result) => result.outcome === outcome).length;
  console.log(`${model}: ${count("pass")} passed`);
  for (const outcome of ["unsupported", "inconclusive"]) {
    console.log(`  ${outcome}: ${judged.filter((result) => result.outcome === outcome).map(({ id }) => id).join(", ")}`);
  }
  for (const { id, failures } of judged) {
    const musts = failures.filter((failure) => failure.severity === "MUST");
    failed += musts.length;
    musts.forEach((must) => console.log(`  FAILED ${id}: ${must.label}: ${must.message}`));
  }
  // An endpoint that the probe did not find at all would leave nothing to fail.
  for (const basic of ["chat-basic", "responses-basic"]) {
    if (!judged.some((result) => result.id === basic && result.outcome === "pass")) {
      failed++;
      console.log(`  FAILED ${basic}: not even this passed`);
    }
  }
}
console.log(`${failed} MUST assertions failed`);
process.exit(failed ? 1 : 0);
