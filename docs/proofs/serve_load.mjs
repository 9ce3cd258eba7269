// Streams of texts from a running server: one at a time and many at once, by turns. Each text is asked for as long as the time lasts, and
// must be the same each time; the texts are written down for the comparison with the command sample.
//
//   node serve_load.mjs ADDRESS MODEL STREAMS SECONDS TOKENS OUT
import http from 'node:http';
import { writeFileSync } from 'node:fs';

const [address, model, streams, seconds, tokens, out] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
const texts = new Map();
let failures = 0;

function fail(what) {
  console.error(`        ${what}`);
  failures++;
}

/** One text until it ends or the time is over; counts what came in time. A character of the text is a token. */
function write(seed, until, count) {
  const body = JSON.stringify({ model, prompt: 'ROMEO:', max_tokens: Number(tokens), seed, temperature: 0.8, top_k: 200, stream: true });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    let text = '';
    let rest = '';
    let isDone = false;
    const request = http.request(`${address}v1/completions`, { method: 'POST', agent, headers }, (response) => {
      response.setEncoding('utf8');
      if (response.statusCode !== 200) {
        fail(`seed ${seed}: status ${response.statusCode}`);
      }
      response.on('data', (data) => {
        const lines = (rest + data).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          if (line === 'data: [DONE]') {
            isDone = true;
          } else if (line.startsWith('data: ')) {
            const chunk = JSON.parse(line.slice('data: '.length));
            if (chunk.error) {
              fail(`seed ${seed}: ${chunk.error.message}`);
              continue;
            }
            text += chunk.choices[0].text;
            count(chunk.choices[0].text.length);
          }
        }
        if (Date.now() > until && !isDone) {
          request.destroy();
        }
      });
    });
    request.on('error', (error) => Date.now() > until || fail(`seed ${seed}: ${error.message}`));
    request.on('close', () => {
      const known = texts.get(seed) ?? '';
      if (!(known.startsWith(text) || text.startsWith(known))) {
        fail(`seed ${seed}: another text than before`);
      }
      if (isDone ? text.length !== Number(tokens) : Date.now() < until) {
        fail(`seed ${seed}: lost after ${text.length} tokens`);
      }
      texts.set(seed, text.length > known.length ? text : known);
      resolve(isDone);
    });
    request.end(body);
  });
}

/** Tokens a second of so many streams side by side; the first second, in which they begin, is not counted. */
async function rate(width, time) {
  const begin = Date.now() + 1000;
  const until = begin + time * 1000;
  let tokens = 0;
  let whole = 0;
  const count = (n) => {
    const now = Date.now();
    tokens += now >= begin && now < until ? n : 0;
  };
  await Promise.all(Array.from({ length: width }, async (_, i) => {
    while (Date.now() < until) {
      const isDone = await write(1000 + i, until, count);
      whole += isDone ? 1 : 0;
    }
  }));
  console.log(`        ${String(width).padStart(2)} streams, ${time} s: ${Math.round(tokens / time)} tokens/s, ${whole} whole texts`);
  return tokens / time;
}

/** The compiler needs both: one stream and many take different ways through the kernels. */
for (const width of [1, Number(streams)]) {
  const warm = Date.now() + 10_000;
  await Promise.all(Array.from({ length: width }, async (_, i) => {
    while (Date.now() < warm) {
      await write(1000 + i, warm, () => {});
    }
  }));
}
// By turns, since a machine with other work is not always equally fast.
const one = [];
const many = [];
for (let turn = 0; turn < 3; turn++) {
  one.push(await rate(1, Math.ceil(seconds / 6)));
  many.push(await rate(Number(streams), Math.ceil(seconds / 3)));
}
const mean = (rates) => rates.reduce((a, b) => a + b) / rates.length;
const ratio = mean(many) / mean(one);
console.log(`        ${Math.round(mean(many))} against ${Math.round(mean(one))} tokens/s: ${ratio.toFixed(1)} times one stream`);
writeFileSync(out, JSON.stringify({ ratio, failures, texts: Object.fromEntries(texts) }));
process.exit(failures === 0 ? 0 : 1);
