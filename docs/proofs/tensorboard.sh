#!/usr/bin/env bash
# TensorBoard reads what a run writes with run.log_to: tensorboard.py loads the event files with TensorBoard's own reader and compares
# every scalar, text and hyper-parameter with metrics.jsonl. The run goes back ten steps and on from there, so that records are repeated; a
# second one gets its files only after 20 steps. Needs python3 with tensorboard (pip install tensorboard). 25 s of CPU.
#
#   docs/proofs/tensorboard.sh [train.jar]    PYTHON=/path/to/python3 chooses the interpreter, JAVA=/path/to/java the JDK
reader=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/tensorboard.py
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python=${PYTHON:-python3}
"$python" -c "import tensorboard" 2>/dev/null ||
    { echo "error: no python3 with tensorboard; pip install tensorboard, or name one with PYTHON=/path/to/python3" >&2; exit 2; }
echo "TensorBoard $("$python" -c "import tensorboard; print(tensorboard.__version__)")"

# Its own directory, as the reader's name is that of the module that it imports.
cp "$reader" read_events.py
config 10 "max_iters: 30" >run.yaml
train 0 train.log run.yaml --train.max_iters=20 --train.keep=5 --run.log_to=tensorboard,csv
train 0 train.log run.yaml --resume=step-00000010 --run.log_to=tensorboard,csv
check "a run that went back from step 20 to 10, then on to 30" "$python" read_events.py checkpoints/run

train 0 train.log run.yaml --run.name=later --train.max_iters=20
train 0 train.log run.yaml --run.name=later --resume --run.log_to=tensorboard
check "a run that was asked for its files at step 20" "$python" read_events.py checkpoints/later

check "the table has every step and evaluation once" \
    cmp -s <(cut -d , -f 1,2 checkpoints/run/metrics.csv | tail -n +2) \
    <(sed -n 's/^{"event":"\(train\|eval\)","step":\([0-9]*\),.*/\1,\2/p' checkpoints/run/metrics.jsonl)
finish
