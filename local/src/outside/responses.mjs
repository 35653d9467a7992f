// The documented uses of the Responses API by OpenAI's SDK for JavaScript, against the running dev stack.
//
// Only the base URL and the key differ from a program that talks to OpenAI. Each use is tried on a model whose server
// speaks chat completions and on one whose server speaks responses. Exits with 1 when one of them fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

// The SDK is installed outside this repository: in the directory that SLUICE_NODE_MODULES names.
const require = createRequire(path.join(process.env.SLUICE_NODE_MODULES ?? process.cwd(), "index.js"));
const { default: OpenAI } = await import(pathToFileURL(require.resolve("openai")));

const dev = JSON.parse(readFileSync(process.env.SLUICE_DEV_JSON ?? ".sluice/dev.json", "utf8"));
const client = new OpenAI({ baseURL: dev.base_url, apiKey: dev.api_key, maxRetries: 0 });
const weather = {
  type: "function",
  name: "get_weather",
  description: "The weather of a city.",
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

const uses = {
  async text(kind) {
    const response = await client.responses.create({ model: `${kind}-echo`, input: "Hello, Sluice!" });
    assert.equal(response.output_text, "Hello, Sluice!");
    assert.equal(response.status, "completed");
  },

  async streaming(kind) {
    const stream = await client.responses.create({ model: `${kind}-echo`, input: "one two three", stream: true });
    let text = "";
    let last;
    for await (const event of stream) {
      if (event.type === "response.output_text.delta") text += event.delta;
      last = event;
    }
    assert.equal(text, "one two three");
    assert.equal(last.type, "response.completed");
  },

  async streamHelper(kind) {
    const stream = client.responses.stream({ model: `${kind}-reason`, input: "one two three" });
    const final = await stream.finalResponse();
    assert.equal(final.output_text, "one two three");
    assert.equal(final.output.length, 2);
  },

  async streamedTools(kind) {
    const stream = client.responses.stream({ model: `${kind}-tools`, input: "Weather in Paris?", tools: [weather] });
    const final = await stream.finalResponse();
    assert.deepEqual(JSON.parse(final.output.at(-1).arguments), { city: "Paris" });
  },

  async tools(kind) {
    const input = [{ role: "user", content: "What is the weather in Paris?" }];
    const asked = await client.responses.create({ model: `${kind}-tools`, input, tools: [weather] });
    const call = asked.output.at(-1);
    assert.equal(call.type, "function_call");
    input.push(...asked.output, { type: "function_call_output", call_id: call.call_id, output: "sunny" });
    const told = await client.responses.create({ model: `${kind}-tools`, input, tools: [weather] });
    assert.equal(told.output_text, "The tool answered: sunny");
  },

  async structuredOutput(kind) {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, participants: { type: "array", items: { type: "string" } } },
      required: ["name", "participants"],
      additionalProperties: false,
    };
    const response = await client.responses.parse({
      model: `${kind}-echo`,
      input: "Alice and Bob meet.",
      text: { format: { type: "json_schema", name: "event", strict: true, schema } },
    });
    assert.ok(response.output_parsed.participants.length > 0);
  },

  async multiTurn(kind) {
    const first = await client.responses.create({ model: `${kind}-tools`, input: "Weather?", tools: [weather] });
    const second = await client.responses.create({
      model: `${kind}-tools`,
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: first.output.at(-1).call_id, output: "rain" }],
      tools: [weather],
    });
    assert.equal(second.output_text, "The tool answered: rain");
    assert.equal(second.previous_response_id, first.id);
  },

  async background(kind) {
    let job = await client.responses.create({ model: `${kind}-echo`, input: "x", background: true });
    for (let i = 0; job.status === "queued" || job.status === "in_progress"; i++) {
      assert.ok(i < 100, "it did not end");
      await new Promise((resolve) => setTimeout(resolve, 100));
      job = await client.responses.retrieve(job.id);
    }
    assert.equal(job.output_text, "x");
  },

  async retrieval(kind) {
    const made = await client.responses.create({ model: `${kind}-echo`, input: "Keep this" });
    assert.deepEqual(await client.responses.retrieve(made.id), made);
    const items = [];
    for await (const item of client.responses.inputItems.list(made.id)) items.push(item.content[0].text);
    assert.deepEqual(items, ["Keep this"]);
    const replayed = [];
    for await (const event of await client.responses.retrieve(made.id, { stream: true })) replayed.push(event);
    const rest = [];
    for await (const event of await client.responses.retrieve(made.id, { stream: true, starting_after: 2 })) {
      rest.push(event);
    }
    assert.deepEqual(rest, replayed.slice(3));
  },

  async counting(kind) {
    const counted = await client.responses.inputTokens.count({ model: `${kind}-echo`, input: "one two three" });
    assert.ok(counted.input_tokens >= 3);
  },

  async compaction(kind) {
    const compacted = await client.responses.compact({ model: `${kind}-echo`, input: "The code word is swordfish." });
    assert.equal(compacted.output.at(-1).type, "compaction");
    const answer = await client.responses.create({
      model: `${kind}-echo`,
      input: [...compacted.output, { role: "user", content: "Go on" }],
    });
    assert.equal(answer.output_text, "Go on");
  },

  async deletion(kind) {
    const made = await client.responses.create({ model: `${kind}-echo`, input: "Forget this" });
    await client.responses.retrieve(made.id);
    await client.responses.delete(made.id);
    await assert.rejects(client.responses.retrieve(made.id), OpenAI.NotFoundError);
  },
};

let failed = 0;
for (const kind of ["demo", "demo-responses"]) {
  for (const [name, use] of Object.entries(uses)) {
    try {
      await use(kind);
      console.log(`ok      ${kind.padEnd(15)} ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${kind.padEnd(15)} ${name}`, error);
    }
  }
}
console.log(`${failed} of ${2 * Object.keys(uses).length} failed`);
process.exit(failed ? 1 : 0);
