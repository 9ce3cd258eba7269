#!/usr/bin/env bash
# SIGINT or SIGTERM at random moments of a run, from the start of the first JVM to its end: while it parses, reads, learns a BPE, encodes,
# trains, evaluates, writes samples and saves. Each time the program ends within two seconds, which include finishing a save, with exit
# code 130 or 143 (0 if it was just done), and a resume gives the bits of an undisturbed run. Signals go to the first JVM, as a service
# manager sends them, or to the whole process group, as Ctrl-C on a terminal does.
#
#   docs/proofs/signals.sh [train.jar] [count] [seed]    JAVA=/path/to/java chooses another JDK; the seed chooses the moments;
#                                                        WITHIN_MS=5000 allows for a machine whose cores are busy
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

count=${2:-100}
seed=${3:-$RANDOM}
within=${WITHIN_MS:-2000}
RANDOM=$seed
echo "seed $seed"
steps=300
config 7 "max_iters: $steps" >run.yaml
# Reading it, learning merges from it and encoding it take about as long as the steps.
awk -v seed="$seed" 'BEGIN {
    srand(seed)
    for (i = 0; i < 120000; i++) {
        word = ""
        for (n = 2 + int(rand() * 9); n > 0; n--) word = word sprintf("%c", 97 + int(26 * rand() * rand()))
        printf "%s%s", word, i % 12 == 11 ? ".\n" : " "
    }
}' >text.txt
options=(--data.tokenizer=bpe --data.vocab_size=1000)

left_over() { # incomplete data and checkpoints
    find . -name '.tmp-*' -printf '%P ' -o -name '.new-*' -printf '%P '
}

phase() { # log: the last message of the run
    local line
    line=$(grep -v '^Picked up' "$1" 2>/dev/null | tail -n 1) || true
    echo "${line:-no output yet}" | cut -c 1-60
}

start() { # run name, arguments…: in the background, in a process group of its own; common.sh has job control on, so SIGINT is heard
    local name=$1
    shift
    : >"$name.log"
    "$java" -jar "$jar" run.yaml "${options[@]}" --run.name="$name" "$@" >"$name.log" 2>&1 &
    pid=$!
}

await_time() { # milliseconds; false if the run ends before
    local begun
    begun=$(milliseconds)
    while [ $(($(milliseconds) - begun)) -lt "$1" ]; do
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.005
    done
}

await_step() { # run name, steps, milliseconds: until this process has taken so many steps and time has passed; false if the run ends before
    local from
    while kill -0 "$pid" 2>/dev/null; do
        from=$(training_from "$1.log")
        if [ -n "$from" ] && [ "$(steps_done "checkpoints/$1")" -ge $((from + $2)) ]; then
            sleep "$(printf '0.%03d' "$3")"
            return
        fi
        sleep 0.005
    done
    return 1
}

await_moment() { # run name: half of them anywhere between start and end, half after some steps; false if the run ends before
    local begun at
    begun=$(milliseconds)
    if [ $((RANDOM % 2)) = 0 ]; then
        at=$((RANDOM % 1000 * whole / 1000))
        await_time "$at" || return
    else
        await_step "$1" $((RANDOM % 100)) $((RANDOM % 60)) || return
    fi
    moment=$(($(milliseconds) - begun))
}

stop() { # milliseconds since the start, for people; log: whether the run ends as it should; sets what, adds to took
    local begun signal wanted to target said took_ms code=0
    if [ $((RANDOM % 2)) = 0 ]; then signal=INT wanted=130; else signal=TERM wanted=143; fi
    if [ $((RANDOM % 2)) = 0 ]; then to=process target=$pid; else to=group target=-$pid; fi
    said=$(phase "$2")
    begun=$(milliseconds)
    kill "-$signal" -- "$target" 2>/dev/null || true
    # Not forever, in case the program ignores the signal.
    while kill -0 "$pid" 2>/dev/null && [ $(($(milliseconds) - begun)) -lt 60000 ]; do sleep 0.005; done
    took_ms=$(($(milliseconds) - begun))
    kill -KILL -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || code=$?
    took+=("$took_ms")
    what="SIG$signal to the $to after $1 ms ($said): exit code $code after $took_ms ms"
    [ "$took_ms" -le "$within" ] && { [ "$code" = "$wanted" ] || { [ "$code" = 0 ] && is_done "$2"; }; }
}

is_done() { # log
    grep -q "^done: " "$1"
}

begun=$(milliseconds)
train 0 straight.log run.yaml "${options[@]}" --run.name=straight
whole=$(($(milliseconds) - begun))
echo "an undisturbed run takes $whole ms"
took=()
number=0
chain=0
while [ "$number" -lt "$count" ]; do
    # A new run begins when the last is done, or was stopped so many times; every other one prepares its data anew.
    chain=$((chain + 1))
    name=run-$chain
    [ $((chain % 2)) = 0 ] || rm -rf data
    for attempt in 1 2 3 4 5; do
        [ "$number" -lt "$count" ] || break
        start "$name" --resume
        # The rest of the run may be shorter; then another one begins.
        await_moment "$name" || { wait "$pid" || true; break; }
        number=$((number + 1))
        if stop "$moment" "$name.log" 2>/dev/null; then result=true; else result=false; fi
        check "$number: $what" "$result"
        "$result" || tail -n 3 "$name.log" | sed 's/^/        /'
    done
    train 0 "$name.log" run.yaml "${options[@]}" --run.name="$name" --resume
    same_run "resumed, $name ends as the undisturbed run" checkpoints/{straight,"$name"}
    rm -rf "checkpoints/$name"
done
check "nothing half-made is left: $(left_over)" [ -z "$(left_over)" ]
printf '%s\n' "${took[@]}" | sort -n | awk '{ t[NR] = $1 } END {
    printf "time to the end: median %d ms, 90 %% within %d ms, longest %d ms\n", t[int((NR + 1) / 2)], t[int((NR * 9 + 9) / 10)], t[NR] }'
finish
