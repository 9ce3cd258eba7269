#!/usr/bin/env bash
# Reads a checkpoint as from_pretrained does: hugging_face.py builds a GPT-2, Llama or Qwen3 from config.json and model.safetensors in
# PyTorch, by transformers' names and formulas, and every logit must equal Inkhorn's up to rounding. No key may be missing or unexpected,
# so that transformers has nothing to warn of, with biases or without. 75 to 90 s of CPU; needs python3 with torch (Debian: apt-get
# install python3-torch).
#
#   docs/proofs/hugging-face.sh [train.jar]    PYTHON=/path/to/python3 chooses the interpreter, JAVA=/path/to/java the JDK
reader=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/hugging_face.py
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

find_python() { # the first that has PyTorch
    local python
    for python in "${PYTHON:-}" python3 /usr/bin/python3; do
        if [ -n "$python" ] && "$python" -c "import torch" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "error: no python3 with torch; install it (Debian: apt-get install python3-torch), or name one with PYTHON=/path/to/python3" >&2
    exit 2
}

agrees() { # what, overrides…: trains, explains and compares
    local what=$1
    shift
    local run="checkpoints/${what// /-}"
    train 0 train.log run.yaml --run.out="$run" --optim.lr=1e-2 --train.eval_interval=0 "$@"
    "$java" -jar "$jar" explain "$run" --prompt "7" --tokens 24 --greedy --top 1000000 --json >"$run/explained.json" 2>explain.log ||
        tail -n 5 explain.log
    check "$what" "$python" "$reader" "$run/latest" "$run/explained.json"
}

python=$(find_python)
# Fast and long enough for weights so large that the two formulas of GELU can be told apart.
config 0 "max_iters: 200" >run.yaml
agrees "with biases" --model.bias=true --model.activation=gelu_tanh
agrees "without biases" --model.bias=false --model.activation=gelu
agrees "byte-pair encoding" --model.bias=true --model.activation=gelu --data.tokenizer=bpe --data.vocab_size=300
agrees "head of its own and a sinusoidal table" --model.bias=true --model.activation=relu --model.tie_weights=false --model.position=sinusoidal
modern="--model.position=rope --model.norm=rmsnorm --model.activation=swiglu"
agrees "Llama" $modern --model.tie_weights=true
agrees "Llama with shared keys and a head of its own" $modern --model.n_kv_head=1 --model.tie_weights=false --model.rope_base=500
agrees "Qwen3" $modern --model.qk_norm=true
agrees "Qwen3 with shared keys and a head of its own" $modern --model.qk_norm=true --model.n_kv_head=1 --model.tie_weights=false
finish
