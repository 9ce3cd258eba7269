#!/usr/bin/env bash
# README's "Start from GPT-2" on synthetic files of GPT-2's size and layout (124 million parameters, no prefix, mask buffers, tied
# head): served by python3 on this machine, downloaded, imported (in one file and in two), sampled from, and fine-tuned for two steps.
# The text from the published files must be that from the import. Needs python3, 3 GB of disk and 6 GB of memory; about two minutes.
#
#   docs/proofs/start-from-gpt2.sh [train.jar]    JAVA=/path/to/java chooses the JDK
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

synthetic() { # directory, files
    "$java" "$root/train/src/test/java/inkhorn/exchange/SyntheticGpt2.java" "$1" "$2"
    cp prepared/tokenizer.json "$1"
}

seconds_of() { # log of an import
    sed -n 's/^done: .* in \([0-9.]*\) s;.*/\1/p' "$1"
}

text_of() { # model
    "$java" -jar "$jar" sample "$1" --prompt "Every effort moves you" --tokens 12 --seed 1 2>/dev/null
}

"$java" -jar "$jar" prepare --input text.txt --out prepared --tokenizer gpt2 >/dev/null
served=www/openai-community/gpt2/resolve/main
synthetic "$served" 1
synthetic sharded 2
port=$((20000 + RANDOM % 20000))
python3 -m http.server "$port" --bind 127.0.0.1 --directory www >/dev/null 2>&1 &
server=$!
trap 'kill "$server"; rm -rf "$scratch"' EXIT
sleep 2

train 0 download.log download gpt2 --from "http://127.0.0.1:$port"
check "the download is the published files" cmp -s data/models/gpt2/model.safetensors "$served/model.safetensors"
began=$(milliseconds)
train 0 import.log import data/models/gpt2 --out checkpoints/gpt2
whole=$(($(milliseconds) - began))
cat import.log
echo "        $(seconds_of import.log) s, $whole ms with the start of Java"
train 0 sharded.log import sharded --out checkpoints/sharded
echo "        $(seconds_of sharded.log) s from two files"
check "two files give the bits of one" cmp -s checkpoints/gpt2/model.safetensors checkpoints/sharded/model.safetensors
check "an import takes less than 3 s" [ "$whole" -lt 3000 ]
text=$(text_of checkpoints/gpt2)
echo "        $text"
check "the published files write the same text" [ "$text" = "$(text_of data/models/gpt2)" ]
train 0 tune.log "$root/configs/gpt2.yaml" --model.init_from=checkpoints/gpt2 --data.path=text.txt --run.name=tuned --model.block_size=64 \
    --train.batch_size=2 --train.grad_accum=1 --train.max_iters=2 --train.eval_interval=0 --optim.lr=3e-5 --no-probe
check "a fine-tuned run writes" [ -n "$(text_of checkpoints/tuned)" ]
finish
