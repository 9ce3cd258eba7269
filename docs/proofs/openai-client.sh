#!/usr/bin/env bash
# Trains a small model, serves it, and lets OpenAI's own client (the npm package openai, put into a scratch directory) ask: models, completions and
# chat, whole and streamed, log-probabilities, stop strings, several texts, seeds, and an error of each kind, which must raise the client's typed
# exceptions. Texts must be those of the command sample. About a minute; needs node 20 or newer and npm.
#
#   docs/proofs/openai-client.sh [train.jar]    JAVA=/path/to/java chooses the JDK, NODE_MODULES=DIR a directory with openai installed
reader=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/openai_client.mjs
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$(dirname "$reader")/serving.sh"

node=$scratch/npm
mkdir npm
if [ -n "${NODE_MODULES:-}" ]; then
    ln -s "$(readlink -f "$NODE_MODULES")" npm/node_modules
elif ! (cd npm && npm init -y && npm install --ignore-scripts openai@6) >npm.log 2>&1; then
    tail -n 5 npm.log >&2
    echo "error: openai cannot be installed; name a directory that has it with NODE_MODULES=DIR" >&2
    exit 2
fi
cp "$reader" "$node/openai_client.mjs"    # node looks for packages beside the script

printf 'User:\nwhat is the sum?\n\nAssistant:\nseven\n' >>text.txt    # the characters of a chat
config 0 "max_iters: 40" >config.yaml
train 0 train.log config.yaml --run.out=small
for seed in 7 8; do
    train 0 "sample-$seed.json" sample small --prompt "said the" --tokens 60 --num 2 --seed "$seed" --temperature 1 --top-k 0 --json
done
serve small
check "openai $(node -p "require('$node/node_modules/openai/package.json').version")" node "$node/openai_client.mjs" "$address" small sample-7.json sample-8.json
finish
