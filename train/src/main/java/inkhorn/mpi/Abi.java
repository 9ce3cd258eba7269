package inkhorn.mpi;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** What is different in the binary interfaces of MPI libraries: the values of the handles. */
enum Abi {
    /** Handles are addresses of the library's variables. */
    OPEN_MPI {
        @Override
        Object world(NativeLibrary library) {
            return library.getGlobalVariableAddress("ompi_mpi_comm_world");
        }

        @Override
        Object bytes(NativeLibrary library) {
            return library.getGlobalVariableAddress("ompi_mpi_byte");
        }

        @Override
        Object errorsReturn(NativeLibrary library) {
            return library.getGlobalVariableAddress("ompi_mpi_errors_return");
        }

        @Override
        Pointer ignoredStatus() {
            return Pointer.NULL;
        }
    },

    /** Handles are numbers; those of Intel MPI and MVAPICH are the same. */
    MPICH {
        @Override
        Object world(NativeLibrary library) {
            return 0x44000000;
        }

        @Override
        Object bytes(NativeLibrary library) {
            return 0x4c00010d;
        }

        @Override
        Object errorsReturn(NativeLibrary library) {
            return 0x54000001;
        }

        @Override
        Pointer ignoredStatus() {
            return Pointer.createConstant(1);
        }
    };

    /** Of a library whose version begins so. */
    static Abi of(String version) {
        return version.startsWith("Open MPI") ? OPEN_MPI : MPICH;
    }

    /** {@code MPI_COMM_WORLD}, all processes. */
    abstract Object world(NativeLibrary library);

    /** {@code MPI_BYTE}. */
    abstract Object bytes(NativeLibrary library);

    /** {@code MPI_ERRORS_RETURN}. */
    abstract Object errorsReturn(NativeLibrary library);

    /** {@code MPI_STATUS_IGNORE}. */
    abstract Pointer ignoredStatus();
}
