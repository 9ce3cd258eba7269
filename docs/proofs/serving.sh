# Shared by the proofs that ask a server. Sourced after common.sh, not run.

serve() { # model…: starts a server at a free port, which ends with the script; its address is in $address
    "$java" -jar "$jar" serve "$@" --port 0 >server.log 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
    for _ in $(seq 300); do
        address=$(sed -n 's/^serving *\(http[^;]*\);.*/\1/p' server.log)
        [ -z "$address" ] || return 0
        sleep 0.2
    done
    tail -n 5 server.log >&2
    echo "error: the server did not start" >&2
    exit 2
}
