#!/usr/bin/env bash
# Twenty times kill -9, at random moments, of a run that saves every third step: every resume goes on, and the end has the bits of
# an undisturbed run. The program is two JVMs: each kill takes the first or the second, at random. About two minutes on two cores.
#
#   docs/proofs/kill.sh [train.jar] [seed]    JAVA=/path/to/java chooses another JDK; the same seed chooses the same moments
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kills=20
steps=1000
seed=${2:-$((RANDOM))}
RANDOM=$seed
echo "seed $seed"
config 3 "max_iters: $steps" >run.yaml

train 0 straight.log run.yaml --run.name=straight
run=checkpoints/killed
for kill in $(seq "$kills"); do
    moment=$((RANDOM % 2500))              # ms after the start: start-up, training or a save, as it comes
    victim=$((RANDOM % 2))
    "$java" -jar "$jar" run.yaml --run.name=killed --resume >killed.log 2>&1 &
    pid=$!
    begun=$(date +%s%3N)
    # Not so late that the run ends before its twenty kills.
    while [ $(($(date +%s%3N) - begun)) -lt "$moment" ] && [ "$(steps_done $run)" -lt $((steps * kill / (kills + 1))) ]; do
        sleep 0.005
    done
    target=$pid
    who="first JVM"
    if [ "$victim" = 1 ] && child=$(pgrep -P "$pid"); then
        target=$child
        who="second JVM"
    fi
    kill -KILL "$target" 2>/dev/null || true
    code=0
    wait "$pid" 2>/dev/null || code=$?
    [ "$code" = 137 ]
    verdict $? "kill $kill, of the $who after $(($(date +%s%3N) - begun)) ms: at step $(steps_done $run), exit code $code;$(
        sed -n 's/.*, going on from \(.*\)/ had resumed from \1/p' killed.log) left: $(
        find $run -mindepth 1 -maxdepth 1 -name '.[to]*-*' -printf '%f ' 2>/dev/null)"
    [ "$code" = 137 ] || grep "^error" killed.log || true
done
train 0 killed.log run.yaml --run.name=killed --resume
same_run "the end is that of the undisturbed run" checkpoints/straight $run
[ -z "$(find $run -mindepth 1 -maxdepth 1 -name '.[to]*-*')" ]
verdict $? "nothing half-written is left: $(ls $run | tr '\n' ' ')"
finish
