#!/usr/bin/env bash
# Many streams at once (64 for 60 s in three turns, asked for by a client in node without packages) against one stream, in the same run of one server. None may be
# lost or mixed up: each text must be the one that the command sample writes with its seed. The ratio of their tokens a second must be at least 4.
# The model has the architecture of configs/shakespeare-char.yaml and a few steps of training, since speed does not depend on what it has learned.
# Texts have 120 tokens, which the model's context of 128 holds. Four minutes on two cores; needs node 20 or newer.
#
#   docs/proofs/serve-load.sh [train.jar]    JAVA=/path/to/java chooses the JDK, RUN=DIR a model, SECONDS_LONG=60, STREAMS=64, TOKENS=120 what is asked for
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${RUN:+$(readlink -f "$RUN")}
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$here/serving.sh"
streams=${STREAMS:-64}
tokens=${TOKENS:-120}

if [ -z "$run" ]; then
    run=$scratch/char
    train 0 train.log "$here/../../configs/shakespeare-char.yaml" --train.max_iters=30 --train.eval_interval=0 --run.out="$run"
fi
serve "$run"
check "no text is lost, and each is the same whenever it is asked for" \
    node "$here/serve_load.mjs" "$address" "$(basename "$run")" "$streams" "${SECONDS_LONG:-60}" "$tokens" load.json
check "at least 4 times the tokens a second of one stream" node -e 'process.exit(require("./load.json").ratio >= 4 ? 0 : 1)'

kill "$server" && wait "$server" || true
same=0
for seed in $(seq 1000 $((999 + streams))); do
    "$java" -jar "$jar" sample "$run" --prompt "ROMEO:" --tokens "$tokens" --seed "$seed" --json >sample.json 2>sample.log || tail -n 5 sample.log
    node -e 'const [seed] = process.argv.slice(1); const { texts } = require("./load.json"); const fs = require("fs");
        const sample = JSON.parse(fs.readFileSync("sample.json", "utf8")); const found = texts[seed];
        process.exit(found && sample.text.startsWith(found) && found.length > 0 ? 0 : 1)' "$seed" && same=$((same + 1))
done
check "$same of $streams texts are those of sample with the same seed" [ "$same" = "$streams" ]
finish
