// Compares a tokenizer of the Hugging Face library with ids that Inkhorn gave: node transformers_js.mjs DIR IDS.json TEXT
import { readFileSync } from 'node:fs';
import { PreTrainedTokenizer } from '@huggingface/transformers';

const [dir, idsFile, textFile] = process.argv.slice(2);
const json = (name) => JSON.parse(readFileSync(`${dir}/${name}`, 'utf8'));
const tokenizer = new PreTrainedTokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
const text = readFileSync(textFile, 'utf8');
const wanted = JSON.parse(readFileSync(idsFile, 'utf8')).ids;
const found = tokenizer.encode(text, { add_special_tokens: false });
const differs = wanted.findIndex((id, i) => id !== found[i]);
if (found.length !== wanted.length || differs >= 0) {
    console.log(`${found.length} ids instead of ${wanted.length}, the first difference at ${differs}: ${found[differs]} instead of ${wanted[differs]}`);
    process.exit(1);
}
if (tokenizer.decode(found) !== text) {
    console.log('decoding does not give the text back');
    process.exit(1);
}
console.log(`        ${found.length} ids of ${text.length} characters, and back`);
