#!/usr/bin/env bash
# Two hosts, played by two network namespaces joined by a pair of virtual cards, as they are and narrowed to 1 Gbit/s and to 100 Mbit/s:
# one process of Open MPI on each trains configs/shakespeare-char-tiny.yaml with the bits of one process. Prints the measured
# efficiency beside what doctor --mpi predicts of it. Needs root, ip and tc (Debian: iproute2); where the kernel refuses namespaces or
# the narrowing, the script says so and succeeds. Five minutes on two idle cores.
#
#   docs/proofs/mpi-network.sh [train.jar]    JAVA=/path/to/java chooses another JDK
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tiny=$here/../../configs/shakespeare-char-tiny.yaml
source "$here/common.sh"
source "$here/mpi.sh"

skip() {
    echo "skipped: $*"
    exit 0
}

launchers | grep -q openmpi || skip "Open MPI is not installed (Debian: openmpi-bin)"
command -v ip tc unshare >/dev/null || skip "ip, tc or unshare is not installed (Debian: iproute2, util-linux)"
one=inkhorn-$$-1
two=inkhorn-$$-2
remove() {
    ip netns delete "$one" 2>/dev/null || true
    ip netns delete "$two" 2>/dev/null || true
    rm -rf "$scratch"
}
trap remove EXIT
{
    ip netns add "$one" && ip netns add "$two" &&
        ip link add "ink1-$$" netns "$one" type veth peer name "ink2-$$" netns "$two"
} 2>refused || skip "the kernel refuses network namespaces or virtual cards: $(tail -n 1 refused)"
for number in 1 2; do
    namespace=inkhorn-$$-$number
    ip -n "$namespace" address add "10.77.0.$number/24" dev "ink$number-$$"
    ip -n "$namespace" link set "ink$number-$$" up
    ip -n "$namespace" link set lo up
done

# What Open MPI calls instead of ssh: address, then a command. Each namespace has a name of its own, as hosts have.
cat >agent <<AGENT
#!/bin/sh
number=\${1##*.}
shift
exec ip netns exec inkhorn-$$-\$number unshare --uts sh -c "hostname host\$number; \$*"
AGENT
chmod +x agent

narrow() { # rate of both directions; as it is without one
    local number
    for number in 1 2; do
        tc -n "inkhorn-$$-$number" qdisc delete dev "ink$number-$$" root 2>/dev/null || true
        [ -z "${1:-}" ] || tc -n "inkhorn-$$-$number" qdisc add dev "ink$number-$$" root tbf rate "$1" burst 256kb latency 50ms
    done
}

across() { # command…: a process on each host
    ip netns exec "$one" unshare --uts sh -c 'hostname host1; exec "$@"' sh \
        mpirun --allow-run-as-root --oversubscribe --bind-to none -np 2 --host 10.77.0.1:1,10.77.0.2:1 --mca plm_rsh_agent "$scratch/agent" \
        --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 "$@" </dev/null
}

milliseconds_a_step() { # run directory: the median, without the first steps
    sed -n 's/.*"step_ms":\([0-9.]*\),.*/\1/p' "$1/metrics.jsonl" | tail -n 40 | sort -n | sed -n 20p
}

# One batch a process, as doctor --mpi takes it. Learning goes on for some time so that the compiler is done.
steps=120
training=("$java" -jar "$jar" "$tiny" --data.path="$scratch/text.txt" --model.dropout=0.1 --train.max_iters=$steps
    --train.eval_interval=$steps --train.eval_iters=2 --train.log_interval=1 --train.checkpoint_interval=60 --train.sample_chars=0
    --threads=1 --no-probe)
train 0 one.log "${training[@]:3}" --run.out=one --train.grad_accum=2
# What a batch takes while the other core has one too.
"${training[@]}" --run.out=batch-1 --train.grad_accum=1 >batch-1.log 2>&1 </dev/null &
"${training[@]}" --run.out=batch-2 --train.grad_accum=1 >batch-2.log 2>&1 </dev/null &
wait
batch=$(printf '%s\n' "$(milliseconds_a_step batch-1)" "$(milliseconds_a_step batch-2)" | sort -n | tail -n 1)
echo "        a batch takes $batch ms in each of two processes that exchange nothing"
for rate in "" 1gbit 100mbit; do
    narrow $rate 2>refused || skip "the kernel cannot narrow a card (tc … tbf): $(tail -n 1 refused)"
    out=$scratch/two-${rate:-wide}
    code=0
    across "${training[@]}" --run.out="$out" --train.grad_accum=2 --data-parallel >run.log 2>&1 || code=$?
    [ "$code" = 0 ] || { check "exit code $code" false; tail -n 5 run.log; continue; }
    same_run "${rate:-as fast as it goes}: $(sed -n 's/^ranks *//p' run.log)" one "$out"
    across "$java" -jar "$jar" doctor --mpi "$tiny" --json --threads=1 >doctor.json 2>doctor.err || cat doctor.err
    awk -v rate="${rate:-as it is}" -v batch="$batch" -v step="$(milliseconds_a_step "$out")" \
        -v predicted="$(sed -n 's/.*"2" : \([0-9.]*\).*/\1/p' doctor.json)" \
        -v bandwidth="$(sed -n 's/.*"bandwidth_bytes_per_s" : \([0-9.E]*\).*/\1/p' doctor.json)" \
        -v alone="$(sed -n 's/.*"batch_s" : \([0-9.E-]*\).*/\1/p' doctor.json)" 'BEGIN {
            printf "        %s: %.1f ms a step, measured efficiency %.3f; doctor --mpi: %.0f MB/s, a batch %.1f ms, predicted efficiency %.3f\n",
                rate, step, batch / step, bandwidth / 1e6, alone * 1e3, predicted }'
done
finish
