# Shared by the proofs of several processes, after common.sh: the launchers of MPI that are installed. Sourced, not run.
#
#   INKHORN_TEST_MPIEXEC, INKHORN_TEST_MPIEXEC_LIBRARIES    MPICH's mpiexec.hydra and the directory of its libraries, where it
#                                                           is not installed as usual

# Containers may refuse what Open MPI copies with between processes.
export OMPI_MCA_btl_vader_single_copy_mechanism=none

launchers() { # openmpi and mpich, as far as they are installed
    ! mpirun --version 2>/dev/null | grep -q "Open MPI" || echo openmpi
    [ -z "$(mpich)" ] || echo mpich
}

mpich() {
    echo "${INKHORN_TEST_MPIEXEC:-$(command -v mpiexec.hydra || true)}"
}

mpi() { # openmpi or mpich, processes, command…
    local kind=$1 processes=$2
    shift 2
    if [ "$kind" = openmpi ]; then
        mpirun --allow-run-as-root --oversubscribe -np "$processes" "$@"
    else
        LD_LIBRARY_PATH=${INKHORN_TEST_MPIEXEC_LIBRARIES:-} "$(mpich)" -n "$processes" "$@"
    fi
}
[ -n "$(launchers)" ] || { echo "neither Open MPI nor MPICH is installed (Debian: openmpi-bin or mpich)"; exit 0; }
