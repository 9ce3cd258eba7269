// OpenAI's client against a running server of Inkhorn's.
//
//   node openai_client.mjs ADDRESS MODEL SAMPLES.json…    the samples: what sample --json printed for the prompt, two texts for each seed
import OpenAI from 'openai';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const [address, model, ...files] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${address}v1`, apiKey: 'none', maxRetries: 0 });
const samples = files.map((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)));
const prompt = samples[0][0].prompt;
const common = { model, prompt, max_tokens: 60, seed: 7 };
let failures = 0;

async function check(what, test) {
  try {
    await test();
    console.log(`        ok      ${what}`);
  } catch (error) {
    console.log(`        FAILED  ${what}: ${error.message}`);
    failures++;
  }
}

await check('models', async () => {
  const names = [];
  for await (const one of client.models.list()) {
    names.push(one.id);
  }
  assert.deepEqual(names, [model]);
  assert.equal((await client.models.retrieve(model)).id, model);
});

await check('a completion is the text of sample with its seed, and the same again', async () => {
  for (const [i, seed] of [7, 8].entries()) {
    for (let again = 0; again < 2; again++) {
      const answer = await client.completions.create({ ...common, seed });
      assert.equal(answer.choices[0].text, samples[i][0].text);
      assert.equal(answer.choices[0].finish_reason, 'length');
      assert.equal(answer.usage.completion_tokens, 60);
    }
  }
  assert.notEqual(samples[0][0].text, samples[1][0].text);
});

await check('n texts are those of sample --num', async () => {
  const answer = await client.completions.create({ ...common, n: 2 });
  assert.deepEqual(answer.choices.map((choice) => choice.text), samples[0].map((sample) => sample.text));
});

await check('a stream, and its usage', async () => {
  let text = '';
  let usage;
  for await (const chunk of await client.completions.create({ ...common, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.text ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, samples[0][0].text);
  assert.equal(usage.total_tokens, usage.prompt_tokens + 60);
});

await check('log-probabilities are those that sample --json tells', async () => {
  const { logprobs } = (await client.completions.create({ ...common, logprobs: 2 })).choices[0];
  assert.equal(logprobs.tokens.join(''), samples[0][0].text);
  logprobs.token_logprobs.forEach((found, i) => assert.ok(Math.abs(found - samples[0][0].log_probabilities[i]) < 1e-9));
  logprobs.top_logprobs.forEach((top) => assert.ok([2, 3].includes(Object.keys(top).length)));
});

await check('stop', async () => {
  const whole = samples[0][0].text;
  const stop = whole.slice(30, 33);
  const { text, finish_reason: reason } = (await client.completions.create({ ...common, stop: ['never so', stop] })).choices[0];
  assert.equal(text, whole.slice(0, whole.indexOf(stop)));
  assert.equal(reason, 'stop');
});

await check('echo of a prompt given as tokens', async () => {
  const ids = (await client.completions.create({ ...common, max_tokens: 0, echo: true, logprobs: 0 })).choices[0];
  assert.equal(ids.text, prompt);
  assert.equal(ids.logprobs.token_logprobs[0], null);
  assert.equal((await client.completions.create({ ...common, prompt: [1, 2, 3], max_tokens: 1 })).usage.prompt_tokens, 3);
});

await check('chat, whole and streamed', async () => {
  const asked = { model, messages: [{ role: 'user', content: 'what is the sum' }], max_completion_tokens: 30, seed: 3, logprobs: true, top_logprobs: 2 };
  const { message, logprobs } = (await client.chat.completions.create(asked)).choices[0];
  assert.equal(message.role, 'assistant');
  assert.equal(logprobs.content.map((token) => token.token).join(''), message.content);
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
    text += chunk.choices[0].delta.content ?? '';
  }
  assert.equal(text, message.content);
});

async function refused(kind, status, message, body) {
  await check(`${status}: ${message}`, async () => {
    await assert.rejects(client.completions.create(body), (error) => {
      assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.status, status);
      assert.match(error.message, message);
      return true;
    });
  });
}

await refused(OpenAI.NotFoundError, 404, /model: found no-such, expected one of/, { ...common, model: 'no-such' });
await refused(OpenAI.BadRequestError, 400, /temperature: found 3/, { ...common, temperature: 3 });
await refused(OpenAI.BadRequestError, 400, /Unrecognized request argument supplied: promt/, { ...common, promt: 'a' });
await refused(OpenAI.BadRequestError, 400, /suffix: is not supported/, { ...common, suffix: 'a' });
await refused(OpenAI.APIError, 413, /larger than 1048576 bytes/, { ...common, prompt: 'a '.repeat(1 << 20) });
await check('a client that stops reading a stream', async () => {
  const stream = await client.completions.create({ ...common, max_tokens: 16000, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.choices);
    break;
  }
  stream.controller.abort();
});
process.exit(failures === 0 ? 0 : 1);
