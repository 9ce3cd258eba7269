#!/usr/bin/env bash
# Trains GPT-2-shaped models with a byte-level BPE, exports them as GGUF, and lets a real llama.cpp (the npm package node-llama-cpp, 30 MB of
# binaries for Linux on x86-64, put into a scratch directory) continue five prompts greedily for 64 tokens: the same ids as Inkhorn's, of the
# prompts and of every token. The key-value cache of llama.cpp is F32 here, as Inkhorn's is. About five minutes; needs node 20 or newer and npm.
#
#   docs/proofs/llama-cpp.sh [train.jar]    JAVA=/path/to/java chooses the JDK, NODE_MODULES=DIR a directory with node-llama-cpp installed
reader=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/llama_cpp.mjs
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

modules() { # a directory whose node_modules has node-llama-cpp; the packages for other machines are left out
    if [ -n "${NODE_MODULES:-}" ]; then
        dirname "$(readlink -f "$NODE_MODULES")"
        return
    fi
    mkdir npm
    (cd npm && npm init -y && npm install --omit=optional --ignore-scripts node-llama-cpp@3 @node-llama-cpp/linux-x64@3) >npm.log 2>&1 || {
        tail -n 5 npm.log >&2
        echo "error: node-llama-cpp cannot be installed; name a directory that has it with NODE_MODULES=DIR" >&2
        exit 2
    }
    echo "$scratch/npm"
}

prompts=("KING" "What is" "Enter the" "My lord, I" "To be, or not to be")

agrees() { # what, overrides…: trains, exports, explains and compares
    local what=$1 run="checkpoints/${1// /-}"
    shift
    train 0 train.log gpt2.yaml --run.out="$run" "$@"
    train 0 export.log export "$run" --format gguf --out "$run/gguf"
    explained "$run"
    check "$what" node "$node/llama_cpp.mjs" "$run/gguf/model-f32.gguf" 0 "$run"/explained-*.json
}

explained() { # checkpoint
    local i
    for i in "${!prompts[@]}"; do
        "$java" -jar "$jar" explain "$1" --prompt "${prompts[$i]}" --tokens 64 --greedy --top 2 --json >"$1/explained-$i.json" 2>explain.log ||
            tail -n 5 explain.log
    done
}

half() { # what, run, type: exports in 16 bits, imports that, and compares llama.cpp with Inkhorn on the rounded weights
    local back="checkpoints/$2-$3"
    train 0 export.log export "checkpoints/$2" --format gguf --dtype "$3" --out "checkpoints/$2/gguf"
    train 0 import.log import "checkpoints/$2/gguf/model-$3.gguf" --out "$back"
    explained "$back"
    # llama.cpp rounds what goes into a product with F16 weights to F16 too.
    check "$1" node "$node/llama_cpp.mjs" "checkpoints/$2/gguf/model-$3.gguf" 0.05 "$back"/explained-*.json
}

node=$(modules)
cp "$reader" "$node/llama_cpp.mjs"    # node looks for packages beside the script
cat >gpt2.yaml <<'YAML'
data:
  tokenizer: bpe
  vocab_size: 512
model:
  n_layer: 4
  n_head: 4
  n_embd: 128
  block_size: 128
  bias: true
  activation: gelu_tanh
optim:
  lr: 2e-3
  warmup_iters: 20
  lr_decay_iters: 300
train:
  max_iters: 300
  batch_size: 16
  eval_interval: 0
  log_interval: 100
YAML
agrees "GPT-2's shape"
half "GPT-2's shape in F16, which is imported again" "GPT-2's-shape" f16
agrees "no biases, a head of its own and computed positions" --model.bias=false --model.tie_weights=false --model.position=sinusoidal
finish
