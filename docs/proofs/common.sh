# Shared by the proofs: a scratch directory with a text and a config, and the checks that all of them use. Sourced, not run.
set -euo pipefail
set -m    # background jobs in process groups of their own, and open to SIGINT

jar=$(readlink -f "${1:-$(dirname "${BASH_SOURCE[0]}")/../../train.jar}")
java=${JAVA:-java}
[ -f "$jar" ] || { echo "error: no $jar; build it with mvn -q package -DskipTests, or name it: $0 train.jar" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
failures=0

awk 'BEGIN { for (i = 0; i < 1500; i++) printf "%d plus %d is %d, said the clerk.\n", i % 17, i % 23, i % 17 + i % 23 }' >text.txt

config() { # steps between checkpoints; then lines for section train: a small model that uses every feature a resume could get wrong
    cat <<YAML
data:
  path: text.txt
model:
  n_layer: 2
  n_head: 2
  n_embd: 32
  block_size: 24
  dropout: 0.1
optim:
  warmup_iters: 10
  lr_decay_iters: 200
train:
  batch_size: 3
  grad_accum: 2
  eval_interval: 11
  eval_iters: 3
  log_interval: 1
  keep: 2
  sample_chars: 10
  checkpoint_interval: $1
YAML
    shift
    printf '  %s\n' "$@"
}

check() { # what, then a command that succeeds if it holds
    local what=$1
    shift
    if "$@"; then
        echo "ok      $what"
    else
        echo "FAILED  $what"
        failures=$((failures + 1))
    fi
}

train() { # expected exit code, log file, arguments…
    local wanted=$1 log=$2 code=0
    shift 2
    "$java" -jar "$jar" "$@" >"$log" 2>&1 || code=$?
    if [ "$code" != "$wanted" ]; then
        check "exit code $code instead of $wanted: $*" false
        tail -n 5 "$log"
    fi
}

steps_done() { # run directory: the last step in its metrics, or 0
    local step
    step=$(tail -n 1 "$1/metrics.jsonl" 2>/dev/null | sed -n 's/.*"step":\([0-9]*\),.*/\1/p') || true
    echo "${step:-0}"
}

training_from() { # log: the step that this process began with; nothing before it has begun
    sed -n 's/^steps .* each$/0/p; s/^steps .*going on from step //p' "$1"
}

milliseconds() {
    date +%s%3N
}

hash_of() {
    sha256sum "$1" | cut -d ' ' -f 1
}

same_run() { # what, run directory, run directory: the same bits at the end, and the same metrics but for the timings
    local file result=0
    for file in model.safetensors optimizer.safetensors; do
        [ -s "$3/latest/$file" ] && [ "$(hash_of "$2/latest/$file")" = "$(hash_of "$3/latest/$file")" ] || result=1
        echo "        $(hash_of "$3/latest/$file" 2>/dev/null || echo missing)  $3/latest/$file"
    done
    cmp -s <(without_timings "$2") <(without_timings "$3") || { echo "        metrics.jsonl differs"; result=1; }
    cmp -s "$2/latest/trainer.json" "$3/latest/trainer.json" || { echo "        trainer.json differs"; result=1; }
    [ "$(readlink "$2/best")" = "$(readlink "$3/best")" ] || { echo "        best differs"; result=1; }
    check "$1" [ "$result" = 0 ]
}

without_timings() {
    sed 's/,"step_ms".*//' "$1/metrics.jsonl"
}

finish() {
    if [ "$failures" = 0 ]; then
        echo "ok"
    else
        echo "FAILED: $failures of the lines above"
        exit 1
    fi
}
