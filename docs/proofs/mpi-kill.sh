#!/usr/bin/env bash
# A run of four processes that saves every third step loses one of them, any, to kill -9 at random moments, a fifth of them during
# the start. Each time the job ends within ten seconds and leaves no process; every resume goes on, and the end has the bits of an
# undisturbed run of one process. Half of the jobs are MPICH's where it is installed. Five minutes on two cores.
#
#   docs/proofs/mpi-kill.sh [train.jar] [kills] [seed]    20 by default; JAVA=/path/to/java chooses another JDK
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$here/common.sh"
source "$here/mpi.sh"

kills=${2:-20}
processes=4
steps=$((kills * 30))
seed=${3:-$RANDOM}
RANDOM=$seed
echo "seed $seed"
config 3 "max_iters: $steps" >run.yaml
sed -i 's/grad_accum: .*/grad_accum: 4/; s/batch_size: 3/batch_size: 1/; s/log_interval: 1$/log_interval: 10/' run.yaml
run=checkpoints/killed
mapfile -t kinds < <(launchers)

ranks_of() { # the processes of this job's ranks: their command line names the run
    pgrep -f -- "[r]un.yaml --run.name=killed --resume --data-parallel" | while read -r pid; do
        case "$(cat "/proc/$pid/comm" 2>/dev/null)" in java*) echo "$pid" ;; esac
    done || true
}

await_moment() { # launcher: waits until a random moment
    local from more=$((1 + RANDOM % 20))
    if [ $((RANDOM % 5)) = 0 ]; then
        sleep "$(printf '%d.%03d' $((RANDOM % 3)) $((RANDOM % 1000)))"
        return
    fi
    while kill -0 "$1" 2>/dev/null; do
        from=$(training_from killed.log)
        if [ -n "$from" ] && { [ "$(steps_done $run)" -ge $((from + more)) ] || [ "$(steps_done $run)" -ge $((steps - 15)) ]; }; then
            break
        fi
        sleep 0.01
    done
    sleep "$(printf '0.%03d' $((RANDOM % 40)))"
}

longest=0
train 0 straight.log run.yaml --run.name=straight
for number in $(seq "$kills"); do
    kind=${kinds[number % ${#kinds[@]}]}
    : >killed.log
    mpi "$kind" "$processes" "$java" -jar "$jar" run.yaml --run.name=killed --resume --data-parallel --threads=1 >killed.log 2>&1 </dev/null &
    launcher=$!
    await_moment "$launcher"
    ranks=()
    while [ ${#ranks[@]} = 0 ] && kill -0 "$launcher" 2>/dev/null; do
        mapfile -t ranks < <(ranks_of)
    done
    if [ ${#ranks[@]} = 0 ]; then
        check "kill $number: there was no process to kill" false
        tail -n 5 killed.log
        continue
    fi
    target=${ranks[RANDOM % ${#ranks[@]}]}
    began=$(milliseconds)
    kill -KILL "$target" 2>/dev/null || true
    code=0
    wait "$launcher" 2>/dev/null || code=$?
    while [ -n "$(ranks_of)" ] && [ $(($(milliseconds) - began)) -lt 30000 ]; do sleep 0.05; done
    took=$(($(milliseconds) - began))
    [ "$took" -le "$longest" ] || longest=$took
    from=$(training_from killed.log)
    check "kill $number, of one of ${#ranks[@]} processes of $kind, ${from:+begun at step $from, }at step $(steps_done $run): ended after $took ms" \
        [ "$code" != 0 -a "$took" -lt 10000 ]
    for pid in $(ranks_of); do kill -KILL "$pid"; done
done
echo "        longest time until no process was left: $longest ms"
train 0 killed.log run.yaml --run.name=killed --resume
same_run "the end is that of the undisturbed run" checkpoints/straight $run
finish
