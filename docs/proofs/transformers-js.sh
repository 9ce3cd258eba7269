#!/usr/bin/env bash
# Exports a model with a character tokenizer and one with a byte-level BPE for Hugging Face, and lets the JavaScript library of Hugging Face (npm's
# @huggingface/transformers) encode and decode a text: the same ids as Inkhorn's, and the same text. About a minute; needs node 20 or newer and npm.
#
#   docs/proofs/transformers-js.sh [train.jar]    JAVA=/path/to/java chooses the JDK, NODE_MODULES=DIR a directory with the package installed
reader=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/transformers_js.mjs
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

node=$scratch/npm
mkdir npm
if [ -n "${NODE_MODULES:-}" ]; then
    ln -s "$(readlink -f "$NODE_MODULES")" npm/node_modules
elif ! (cd npm && npm init -y && npm install --ignore-scripts @huggingface/transformers@3) >npm.log 2>&1; then
    tail -n 5 npm.log >&2
    echo "error: @huggingface/transformers cannot be installed; name a directory that has it with NODE_MODULES=DIR" >&2
    exit 2
fi
cp "$reader" "$node/transformers_js.mjs"    # node looks for packages beside the script
printf 'Né à 日本, "quoted" \\ and 🎭\n\n  two  spaces\ttab\n' >>text.txt

config 0 "max_iters: 2" >config.yaml
for tokenizer in char bpe; do
    train 0 train.log config.yaml --run.out="$tokenizer" --data.tokenizer="$tokenizer" --model.activation=gelu_tanh
    train 0 export.log export "$tokenizer" --format hf --out "hf-$tokenizer"
    "$java" -jar "$jar" tokenize --tokenizer "hf-$tokenizer/tokenizer.json" --file text.txt --json >"$tokenizer.json" 2>tokenize.log || tail -n 5 tokenize.log
    check "$tokenizer" node "$node/transformers_js.mjs" "hf-$tokenizer" "$tokenizer.json" text.txt
done
finish
