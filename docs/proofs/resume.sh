#!/usr/bin/env bash
# A run that is stopped and resumed ends with the same bits as one that was not: weights, AdamW's moments, metrics, samples.
# The runs have dropout, gradient accumulation, evaluations and early stopping. They are stopped by their length, by SIGTERM and by SIGINT
# (Ctrl-C), on 1, 2 and 3 threads and on both back ends. Measured: 130 s on two cores that others kept busy (126 s of CPU).
#
#   docs/proofs/resume.sh [train.jar]        JAVA=/path/to/java chooses another JDK
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

config 25 "max_iters: 200" >run.yaml
config 25 "max_iters: 200" "patience: 2" >patient.yaml

stop_by() { # signal, group or process, expected exit code, run name: starts a run and stops it at a random step
    local at=$((20 + RANDOM % 120)) code=0
    "$java" -jar "$jar" run.yaml --run.name="$4" --threads=3 >"$4.log" 2>&1 &
    local pid=$!
    while kill -0 "$pid" 2>/dev/null && [ "$(steps_done "checkpoints/$4")" -lt "$at" ]; do
        sleep 0.01
    done
    if [ "$2" = group ]; then kill "-$1" -- "-$pid"; else kill "-$1" "$pid"; fi
    wait "$pid" || code=$?
    tail -n 1 "$4.log" | sed 's/^/        /'
    check "SIG$1 to the $2: exit code $code" [ "$code" = "$3" ]
    check "and the last line tells how to go on" grep -q "^stopped at step .* --run.name=$4 --threads=3 --resume$" "$4.log"
}

train 0 straight.log run.yaml --run.name=straight --threads=2
echo "200 steps in one go, on 2 threads:"
hash_of checkpoints/straight/latest/model.safetensors
hash_of checkpoints/straight/latest/optimizer.safetensors

train 0 parts.log run.yaml --run.name=parts --train.max_iters=77 --threads=2
train 0 parts.log run.yaml --run.name=parts --resume --threads=2
same_run "77 steps, then resumed" checkpoints/{straight,parts}

for threads in 1 3; do
    train 0 threads.log run.yaml --run.name="threads-$threads" --threads="$threads"
    same_run "--threads=$threads" checkpoints/{straight,"threads-$threads"}
done

stop_by TERM process 143 term
train 0 term.log run.yaml --run.name=term --threads=1 --resume
same_run "stopped by SIGTERM on 3 threads, then resumed on 1" checkpoints/{straight,term}

stop_by INT group 130 int
train 0 int.log run.yaml --run.name=int --threads=2 --resume
same_run "stopped by Ctrl-C on 3 threads, then resumed on 2" checkpoints/{straight,int}

# With this learning rate nothing is learned for long.
train 0 patient.log patient.yaml --run.name=patient --optim.lr=0.3
check "early stopping: $(grep "^stopped early" patient.log)" grep -q "^stopped early" patient.log
train 0 patient2.log patient.yaml --run.name=patient2 --optim.lr=0.3 --train.max_iters=22
train 0 patient2.log patient.yaml --run.name=patient2 --optim.lr=0.3 --resume
same_run "early stopping, resumed" checkpoints/{patient,patient2}
train 0 patient2.log patient.yaml --run.name=patient2 --optim.lr=0.3 --resume
same_run "resuming what has stopped early changes nothing" checkpoints/{patient,patient2}

train 0 scalar.log run.yaml --run.name=scalar --kernels=scalar
train 0 scalar2.log run.yaml --run.name=scalar2 --kernels=scalar --train.max_iters=77
train 0 scalar2.log run.yaml --run.name=scalar2 --kernels=scalar --resume
same_run "scalar kernels: 77 steps, then resumed" checkpoints/{scalar,scalar2}

"$java" -jar "$jar" sample checkpoints/straight --prompt "7 plus " --tokens 80 >first.txt 2>/dev/null
"$java" -jar "$jar" sample checkpoints/parts --prompt "7 plus " --tokens 80 >second.txt 2>/dev/null
check "the same seed writes the same text" cmp -s first.txt second.txt
check "and some" [ -s first.txt ]
finish
