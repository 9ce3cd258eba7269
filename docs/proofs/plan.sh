#!/usr/bin/env bash
# What `plan` says before a training against what the training takes, on three configs: the peak memory of the process
# that trains within 5 %, the time of a step within 20 %. Plan and training take turns, since a machine with other work
# is not always equally fast; the ratio of the medians counts.
# Usage: docs/proofs/plan.sh [train.jar [rounds]]. Needs Linux (/proc) and takes about ten minutes.
configs=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../configs")
published=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../data/sets/tiny-shakespeare/input.txt" || true)
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
rounds=${2:-3}
if [ -s "$published" ]; then    # else the training fetches it, or takes the plays built into the jar
    mkdir -p data/sets/tiny-shakespeare
    cp "$published" data/sets/tiny-shakespeare/
fi

number() { # key of the plan's JSON, its first occurrence
    sed -n "s/^ *\"$1\" *: *\([-0-9.E]*\),*$/\1/p" plan.json | head -n 1
}

median() {
    sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

peak_of() { # process id of the JVM that waits: the peak in KiB of the JVM that trains, in peak.txt, until both end
    local child
    while kill -0 "$1" 2>/dev/null; do
        for child in $(pgrep -P "$1" || true); do
            sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$child/status" 2>/dev/null >peak.new || true
            [ -s peak.new ] && mv peak.new peak.txt
        done
        sleep 0.2
    done
}

within() { # ratio, most
    awk -v r="$1" -v m="$2" 'BEGIN { exit !(r > 1 - m && r < 1 + m) }'
}

compare() { # name, steps, arguments of both
    local name=$1 steps=$2 round pid ms
    shift 2
    : >planned.txt
    : >measured.txt
    : >ratios.txt
    for round in $(seq "$rounds"); do
        "$java" -jar "$jar" plan "$@" --run.name="$name" --json >plan.json 2>plan.log ||
            { check "plan $name" false; cat plan.log; return; }
        rm -rf "checkpoints/$name"
        "$java" -jar "$jar" "$@" --run.name="$name" --train.max_iters="$steps" \
            --train.eval_interval=0 --train.checkpoint_interval=0 --train.log_interval=1 --no-probe >train.log 2>&1 &
        pid=$!
        peak_of "$pid"
        wait "$pid" || { check "training $name" false; tail -n 5 train.log; return; }
        # The first steps wait for the compiler.
        ms=$(sed -n 's/.*"step_ms":\([0-9.]*\).*/\1/p' "checkpoints/$name/metrics.jsonl" | tail -n +11 | median)
        number step | awk '{ print $1 * 1000 }' >>planned.txt
        echo "$ms" >>measured.txt
        echo "$(tail -n 1 planned.txt) $ms" | awk '{ print $1 / $2 }' >>ratios.txt
        echo "        round $round: planned $(tail -n 1 planned.txt) ms, measured $ms ms"
    done
    local memory time
    memory=$(echo "$(number process_bytes) $(cat peak.txt)" | awk '{ print $1 / 1024 / $2 }')
    time=$(median <ratios.txt)
    echo "        memory: planned $(number process_bytes | awk '{ printf "%d", $1 / 1048576 }') MiB, measured $(($(cat peak.txt) / 1024)) MiB"
    check "$name: planned memory is $memory of the measured" within "$memory" 0.05
    check "$name: planned time of a step is $time of the measured" within "$time" 0.20
}

compare tiny 300 "$configs/shakespeare-char-tiny.yaml"
compare char 60 "$configs/shakespeare-char.yaml"
compare char-b16 25 "$configs/shakespeare-char-full.yaml" --train.batch_size=16

finish
