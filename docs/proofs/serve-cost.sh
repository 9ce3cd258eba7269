#!/usr/bin/env bash
# What a server with a browser attached costs a training on the same machine: the same run without (A) and with both
# (B), by turns: A B A B. Prints the median step of each, compares model and moments, and fails where B takes over
# 5 % longer or the bits differ. What counts is the ratio of the sums of all medians.
#   docs/proofs/serve-cost.sh [STEPS [PAIRS]]
# CONFIG is the training (configs/shakespeare-char-tiny.yaml); JAR and CHROMIUM choose the program and the browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
steps=${1:-800}
pairs=${2:-2}
config=${CONFIG:-configs/shakespeare-char-tiny.yaml}
jar=${JAR:-train.jar}
chromium=${CHROMIUM:-chromium}
scratch=$(mktemp -d)
browser=
stop_browser() {
    [ -z "$browser" ] || kill "$browser" 2>/dev/null || true
    browser=
}
trap 'stop_browser; rm -rf "$scratch"' EXIT

train() { # run name, option…
    local name=$1
    shift
    java -jar "$jar" "$config" --run.out="$scratch/$name" --train.max_iters="$steps" \
        --train.log_interval=1 --train.eval_interval=200 --train.eval_iters=10 "$@" >"$scratch/$name.log"
}

watched() { # run name: with a server, and a browser that looks at the run's page from its first line on
    local name=$1 training address
    : >"$scratch/$name.log"
    train "$name" --serve=0 &
    training=$!
    until address=$(grep -o 'http://[0-9.:]*/' "$scratch/$name.log"); do
        kill -0 "$training"
        sleep 0.1
    done
    "$chromium" --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --window-size=1280,860 --user-data-dir="$scratch/$name-profile" --remote-debugging-port=0 \
        "${address}run?run=$name" >"$scratch/$name-browser.log" 2>&1 &
    browser=$!
    wait "$training"
    kill -0 "$browser" || { echo "the browser ended before the training"; exit 1; }
    stop_browser
}

median() { # run name: of its steps but the first quarter, in milliseconds
    grep -o '"step_ms":[0-9.]*' "$scratch/$1/metrics.jsonl" | cut -d: -f2 | tail -n "+$((steps / 4))" | sort -g |
        awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
for pair in $(seq "$pairs"); do
    train "a$pair"
    watched "b$pair"
    echo "pair $pair: median step $(median "a$pair") ms without, $(median "b$pair") ms with"
    for run in "a$pair" "b$pair"; do
        for file in model.safetensors optimizer.safetensors; do
            cmp "$scratch/a1/latest/$file" "$scratch/$run/latest/$file"
        done
    done
done
echo "model and moments are the same in all runs"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
for pair in $(seq "$pairs"); do
    echo "$(median "a$pair") $(median "b$pair")"
done | awk '{ without += $1; with += $2 } END {
    printf "with server and browser: %.3f of the time without\n", with / without
    exit with / without > 1.05 }'
