// The peer of ClaimBench: fills and drains a queue of graphile-worker, a line for each. It is run
// beside the package's node_modules, with the address of a database.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { EventEmitter } from "node:events";
import { createInterface } from "node:readline";

const logger = new Logger(() => () => {});
const preset = {
  worker: {
    connectionString: process.argv[2],
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};
const utils = await makeWorkerUtils({ preset, logger });
await utils.migrate();

async function fill(rows) {
  const jobs = Array.from({ length: rows }, () => ({ identifier: "nothing", payload: {} }));
  await utils.addJobs(jobs);
  return "filled";
}

// The jobs are counted in the database once all have run, since they are deleted a moment later.
async function drain(rows) {
  const events = new EventEmitter();
  let left = rows;
  const allRan = new Promise((resolve) =>
    events.on("job:complete", () => {
      left -= 1;
      if (left === 0) {
        resolve();
      }
    }));
  let begin;
  events.on("localQueue:init", () => (begin = process.hrtime.bigint()));
  const runner = await run({
    preset,
    logger,
    events,
    noHandleSignals: true,
    taskList: { nothing: async () => {} },
  });
  await allRan;
  let rest;
  do {
    const counted = await utils.withPgClient((client) =>
      client.query("select count(*)::int as rest from graphile_worker._private_jobs"));
    rest = counted.rows[0].rest;
  } while (rest > 0);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  await runner.stop();
  return String(seconds);
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [word, rows] = line.split(" ");
  console.log(await (word === "fill" ? fill(Number(rows)) : drain(Number(rows))));
}
