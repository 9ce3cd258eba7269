// Continues prompts greedily with llama.cpp and compares every id with Inkhorn's.
//
//     node llama_cpp.mjs MODEL.gguf MARGIN EXPLAIN.json…
//
// EXPLAIN.json is what `java -jar train.jar explain CHECKPOINT --greedy --top 2 --json` wrote of one prompt. Exits with 1 if an id of a prompt
// or of its continuation differs; from where Inkhorn's two highest logits are nearer than MARGIN, a continuation may go another way.
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [file, allowed, ...explanations] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", progressLogs: false, maxThreads: 1, logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: file});
// F32 as in Inkhorn: llama.cpp's default is F16, which is enough to change a token now and then.
const context = await model.createContext({contextSize: model.trainContextSize, threads: 1, flashAttention: false,
    experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32"});

async function greedy(prompt, count) {
    const ids = [];
    const sequence = context.getSequence();
    for await (const id of sequence.evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
        ids.push(id);
        if (ids.length === count) {
            break;
        }
    }
    sequence.dispose();
    return ids;
}

let equal = true;
for (const path of explanations) {
    const own = JSON.parse(readFileSync(path, "utf8"));
    const prompt = [...model.tokenize(own.prompt)];
    const wanted = own.steps.map(step => step.id);
    const found = await greedy(prompt, wanted.length);
    const margins = own.steps.map(step => step.candidates[0].logit - step.candidates[1].logit);
    const margin = Math.min(...margins);
    const first = wanted.findIndex((id, i) => id !== found[i]);
    const samePrompt = String(prompt) === String(own.prompt_ids);
    const same = first < 0 && samePrompt && model.detokenize(found) === own.text;
    equal = equal && (same || samePrompt && first >= 0 && margins[first] < Number(allowed));
    console.log(`        ${JSON.stringify(own.prompt)}: ${prompt.length} + ${wanted.length} ids `
        + (same ? "equal" : `differ, the first at ${first} (margin ${margins[first]?.toFixed(4)}): ${JSON.stringify(model.detokenize(found))}`)
        + `, smallest margin of a logit ${margin.toFixed(4)}`);
    if (!same) {
        console.log(`        Inkhorn's: ${JSON.stringify(own.text)}`);
    }
}
await llama.dispose();
process.exit(equal ? 0 : 1);
