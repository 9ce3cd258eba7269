#!/usr/bin/env bash
# configs/shakespeare-char-tiny.yaml with dropout and four micro-batches a step, forty steps: one process, two, four, and two that
# stop half-way and go on as four and as one, of each MPI that is installed, leave the same bits. Five minutes on two cores.
#
#   docs/proofs/mpi-bits.sh [train.jar] [text]    without a text, made-up sentences; JAVA=/path/to/java chooses another JDK
text=$(readlink -f "${2:-/nowhere}" || true)
tiny=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../configs/shakespeare-char-tiny.yaml")
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$(dirname "$tiny")/../docs/proofs/mpi.sh"
[ -f "$text" ] || text=text.txt
arguments=(-jar "$jar" "$tiny" --data.path="$text" --model.dropout=0.1 --train.grad_accum=4 --train.batch_size=4 --train.max_iters=40
    --train.eval_interval=20 --train.eval_iters=3 --train.checkpoint_interval=10 --train.sample_chars=0 --no-probe)

processes() { # kind, processes, arguments…
    local kind=$1 number=$2 code=0
    shift 2
    mpi "$kind" "$number" "$java" "${arguments[@]}" --data-parallel "$@" >run.log 2>&1 </dev/null || code=$?
    if [ "$code" != 0 ]; then
        check "exit code $code of $number processes of $kind: $*" false
        tail -n 5 run.log
    fi
}

train 0 one.log "${arguments[@]:2}" --run.out=one
for kind in $(launchers); do
    for number in 1 2 4; do
        processes "$kind" "$number" --run.out="$kind-$number"
        same_run "$kind, $number processes ($(sed -n 's/^ranks *//p' run.log))" one "$kind-$number"
    done
    processes "$kind" 2 --run.out="$kind-2-4" --stop-at=17
    cp -r "$kind-2-4" "$kind-2-1"
    processes "$kind" 4 --run.out="$kind-2-4" --resume
    same_run "$kind, 2 processes and from step 17 on 4" one "$kind-2-4"
    train 0 one.log "${arguments[@]:2}" --run.out="$kind-2-1" --resume
    same_run "$kind, 2 processes and from step 17 on one alone" one "$kind-2-1"
done
finish
