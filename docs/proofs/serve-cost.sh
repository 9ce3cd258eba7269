#!/usr/bin/env bash
# What a server with a browser attached costs a training on the same machine: the same run without (A) and with both
# (B), in the order A B A B. Prints the median step of each, compares model and moments, and fails where B takes over
# 5 % longer or the bits differ.
#   docs/proofs/serve-cost.sh [STEPS]
# JAR and CHROMIUM choose the program and the browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
steps=${1:-800}
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
    java -jar "$jar" configs/shakespeare-char-tiny.yaml --run.out="$scratch/$name" --train.max_iters="$steps" \
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
train a1
watched b1
train a2
watched b2
for run in a1 b1 a2 b2; do
    echo "$run  median step $(median "$run") ms"
done
for run in b1 a2 b2; do
    for file in model.safetensors optimizer.safetensors; do
        cmp "$scratch/a1/latest/$file" "$scratch/$run/latest/$file"
    done
done
echo "model and moments are the same in all four"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
awk -v a1="$(median a1)" -v b1="$(median b1)" -v a2="$(median a2)" -v b2="$(median b2)" 'BEGIN {
    ratio = (b1 + b2) / (a1 + a2)
    printf "with server and browser: %.3f of the time without\n", ratio
    exit ratio > 1.05 }'
