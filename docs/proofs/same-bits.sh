#!/usr/bin/env bash
# Two builds of the program compute the same bits: five small models, each trained on vector and on scalar kernels by both jars, end with the
# same weights and the same AdamW moments. Between the five: odd sizes, dropout, gradient accumulation, biases, every position embedding, an
# untied head, clipping, weight decay, and a learned vocabulary. Tensors are compared by name, so that a new metadata key is no difference,
# nor are zeros that one build stores and the other leaves out (biases of a model without). Needs python3. Every run has both jars at once, so both of two cores are busy with scalar kernels too.
#
#   docs/proofs/same-bits.sh OLD.jar NEW.jar [steps]        200 steps by default; JAVA=/path/to/java chooses another JDK
[ $# -ge 2 ] || { echo "usage: $0 OLD.jar NEW.jar [steps]" >&2; exit 2; }
new=$(readlink -f "$2")
[ -f "$new" ] || { echo "error: no $2" >&2; exit 2; }
steps=${3:-200}
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
old=$jar
set +m    # no line for each job that ends

# Words of three syllables, drawn by a generator whose product awk computes exactly.
awk 'function draw(n) { seed = (seed * 16807) % 2147483647; return int(seed / 65536) % n }
     BEGIN { seed = 1337; split("ba de fi go hu ka le mi no pu ra se ti vo zu", part, " ")
             for (line = 0; line < 2500; line++) {
                 text = ""
                 for (word = 0; word < 6; word++) text = text part[1 + draw(3 + word)] part[1 + draw(15)] part[1 + draw(4)] " "
                 print text "and " draw(20) "." } }' >text.txt

model() { # name, sequences in a batch on scalar kernels, on vector kernels (which are faster), then keys as on the command line
    local name=$1 scalar=$2 vector=$3 kernels side file
    shift 3
    for kernels in vector scalar; do
        for side in old new; do
            mkdir -p "$side"
            ln -sf ../text.txt "$side/text.txt"
            (cd "$side" && "$java" -jar "${!side}" "$OLDPWD/empty.yaml" --data.path=text.txt --run.name="$name-$kernels" --kernels="$kernels" \
                --train.batch_size="${!kernels}" --train.max_iters="$steps" "$@" >"$name-$kernels.log" 2>&1 || tail -n 5 "$name-$kernels.log") &
        done
        wait
        for file in model optimizer; do
            compare "$name-$kernels" "$file" "$(tensors "old/checkpoints/$name-$kernels/latest/$file.safetensors")" \
                "$(tensors "new/checkpoints/$name-$kernels/latest/$file.safetensors")"
        done
    done
}

tensors() { # file: the hash of its tensors with their names, in the order of the names, those of zeros alone left out; nothing where there is no file
    [ -s "$1" ] && python3 -c '
import hashlib, json, struct, sys
data = open(sys.argv[1], "rb").read()
begin = 8 + struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:begin])
header.pop("__metadata__", None)
hash = hashlib.sha256()
for name in sorted(header):
    start, end = header[name]["data_offsets"]
    values = data[begin + start:begin + end]
    if any(values):
        hash.update((name + str(header[name]["shape"])).encode() + values)
print(hash.hexdigest())' "$1"
}

compare() { # run, file, hash by the old jar, hash by the new jar
    local verdict=same
    if [ -z "$3" ] || [ "$3" != "$4" ]; then
        verdict=DIFFERENT
        failures=$((failures + 1))
    fi
    printf '%-25s %-10s %-17.16s %-17.16s %s\n' "$1" "$2" "${3:-none}" "${4:-none}" "$verdict"
}

cat >empty.yaml <<YAML
train:
  eval_interval: 0
  checkpoint_interval: 0
  log_interval: 50
optim:
  warmup_iters: 10
YAML

echo "$steps steps by $old and by $new:"
printf '%-25s %-10s %-17s %-17s\n' run tensors "SHA-256, old" "SHA-256, new"
model tiny 2 16 --model.n_layer=3 --model.n_head=4 --model.n_embd=128 --model.block_size=32
model char-dropout 2 16 --model.n_layer=2 --model.n_head=3 --model.n_embd=192 --model.block_size=33 --model.dropout=0.2 --optim.beta2=0.99
model bias-gelu-tanh 3 12 --model.n_layer=2 --model.n_head=5 --model.n_embd=80 --model.block_size=40 --model.bias=true \
    --model.activation=gelu_tanh --train.grad_accum=2 --optim.grad_clip=0.5
model sinusoidal-untied 4 16 --model.n_layer=2 --model.n_head=3 --model.n_embd=96 --model.block_size=64 --model.position=sinusoidal \
    --model.tie_weights=false --model.activation=relu --optim.weight_decay=0.5
model bpe 4 16 --model.n_layer=4 --model.n_head=3 --model.n_embd=48 --model.block_size=64 --data.tokenizer=bpe --data.vocab_size=401
finish
