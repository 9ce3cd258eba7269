#!/usr/bin/env bash
# A run that saves every third step is killed twenty times (kill -9) at random moments. Every resume goes on, and the end has the bits of an
# undisturbed run. A fifth of the kills are during the start, the others some steps later, during training or a save.
# The program is two JVMs; each kill is of the first or the second, at random. Two to three minutes on two cores.
#
#   docs/proofs/kill.sh [train.jar] [seed]    JAVA=/path/to/java chooses another JDK; the seed chooses the moments
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kills=20
steps=600
seed=${2:-$RANDOM}
RANDOM=$seed
echo "seed $seed"
config 3 "max_iters: $steps" >run.yaml
run=checkpoints/killed

left_over() { # what an interrupted save leaves
    find "$run" -mindepth 1 -maxdepth 1 -name '.[to]*-*' -printf '%f ' 2>/dev/null || true
}

await_moment() { # process: waits until a random moment
    local begun from
    begun=$(milliseconds)
    if [ $((RANDOM % 5)) = 0 ]; then
        local wait=$((RANDOM % 1500))
        while [ $(($(milliseconds) - begun)) -lt "$wait" ]; do sleep 0.005; done
        return
    fi
    local more=$((1 + RANDOM % 40)) nap=$((RANDOM % 40))
    while kill -0 "$1" 2>/dev/null; do
        from=$(training_from killed.log)
        # Not so late that the run ends before its twenty kills.
        if [ -n "$from" ] && { [ "$(steps_done $run)" -ge $((from + more)) ] || [ "$(steps_done $run)" -ge $((steps - 50)) ]; }; then
            break
        fi
        sleep 0.005
    done
    sleep "$(printf '0.%03d' "$nap")"
}

train 0 straight.log run.yaml --run.name=straight
for number in $(seq "$kills"); do
    : >killed.log
    "$java" -jar "$jar" run.yaml --run.name=killed --resume >killed.log 2>&1 &
    pid=$!
    await_moment "$pid"
    target=$pid
    who="first JVM"
    if [ $((RANDOM % 2)) = 1 ] && child=$(pgrep -P "$pid"); then
        target=$child
        who="second JVM"
    fi
    kill -KILL "$target" 2>/dev/null || true
    code=0
    wait "$pid" 2>/dev/null || code=$?
    from=$(training_from killed.log)
    check "kill $number, of the $who, ${from:+begun at step $from, }at step $(steps_done $run), left over: $(left_over)" [ "$code" = 137 ]
    [ "$code" = 137 ] || { echo "        exit code $code"; grep "^error" killed.log || true; }
done
train 0 killed.log run.yaml --run.name=killed --resume
same_run "the end is that of the undisturbed run" checkpoints/straight $run
check "nothing half-written is left: $(ls $run | tr '\n' ' ')" [ -z "$(left_over)" ]
finish
