// Runs llmprobe (npm, version 0.6.12) against the running dev stack and judges the endpoints that Sluice has.
//
// Only failed MUST assertions count. What a scripted model cannot show (how clever it is) and endpoints that Sluice does
// not have are not judged. The suite knows the event names of Open Responses, so every call asks for that dialect.
// Nothing is uploaded or saved. Exits with 1 when a MUST failed.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

const surfaces = new Set(["models", "chat", "responses"]);
const models = ["demo-tools", "demo-responses-tools", "demo-reason", "demo-responses-reason"];
// The Responses API has no stop sequences. Refusing them is better than to ignore them; llmprobe lets a refusal pass in
// one test and not in the other.
const refused = new Set(["demo-responses-tools chat-stop-string", "demo-responses-reason chat-stop-string"]);

const dev = JSON.parse(readFileSync(process.env.SLUICE_DEV_JSON ?? ".sluice/dev.json", "utf8"));
const command = path.join(process.env.SLUICE_NODE_MODULES ?? process.cwd(), "node_modules/.bin/llmprobe");

// The suite sends no headers of ours: this adds one on the way.
const stack = new URL(dev.base_url);
const proxy = http.createServer((request, response) => {
  const headers = { ...request.headers, host: stack.host, "x-sluice-dialect": "open-responses" };
  const options = { host: stack.hostname, port: stack.port, method: request.method, path: request.url, headers };
  const onward = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
});
await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${proxy.address().port}${stack.pathname}`;

let failed = 0;
for (const model of models) {
  const run = spawn(command, [base, "-k", dev.api_key, "-m", model, "--no-bench", "--no-save", "--json"]);
  const [report, complaint] = await Promise.all([text(run.stdout), text(run.stderr)]);
  if (!report.startsWith("{")) {
    throw new Error(`llmprobe did not report: ${complaint}`);
  }
  const judged = JSON.parse(report).conformance.results.filter((result) => surfaces.has(result.surface));
  const count = (outcome) => judged.filter((result) => result.outcome === outcome).length;
  console.log(`${model}: ${count("pass")} passed`);
  for (const outcome of ["unsupported", "inconclusive"]) {
    console.log(`  ${outcome}: ${judged.filter((result) => result.outcome === outcome).map(({ id }) => id).join(", ")}`);
  }
  for (const { id, failures } of judged) {
    const musts = refused.has(`${model} ${id}`) ? [] : failures.filter(({ severity }) => severity === "MUST");
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
