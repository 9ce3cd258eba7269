package inkhorn.mpi;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The functions of an MPI library (MPI: A Message-Passing Interface Standard, version 3.1) that are used. One thread
 * calls them all. What fails throws, with the library's own words.
 */
final class MpiLibrary {
    /** {@code MPI_THREAD_SERIALIZED} would be more than is needed: one thread calls MPI, though not the main one. */
    private static final int THREAD_FUNNELED = 1;

    /** {@code MPI_MAX_LIBRARY_VERSION_STRING} of MPICH, the longest. */
    private static final int LONGEST_TEXT = 8192;

    private static final List<String> OPEN_MPI_NAMES = List.of("libmpi.so.40", "libmpi.so.80", "libmpi.so",
            "libmpi.dylib");
    private static final List<String> MPICH_NAMES = List.of("libmpich.so.12", "libmpi.so.12", "libmpich.so",
            "libmpi.12.dylib");

    private final NativeLibrary library;
    private final Map<String, Function> functions = new HashMap<>();
    private final String version;
    private final Abi abi;
    private final Object world;
    private final Object bytes;
    private final IntByReference flag = new IntByReference();

    private MpiLibrary(NativeLibrary library) {
        this.library = library;
        Memory text = new Memory(LONGEST_TEXT);
        call("MPI_Get_library_version", text, new IntByReference());
        String said = text.getString(0).strip();
        this.abi = Abi.of(said);
        // MPICH tells all about its configuration.
        String line = said.lines().findFirst().orElse("").replaceAll("\\s+", " ").replace("MPICH Version: ", "MPICH ")
                .replace("MPICH Version:", "MPICH");
        this.version = line.contains(",") ? line.substring(0, line.indexOf(',')) : line;
        this.world = abi.world(library);
        this.bytes = abi.bytes(library);
    }

    /**
     * The library of the launcher that has started this process.
     *
     * @param chosen the file or name of a library; null for the first of the usual ones that there is
     * @param mpich  whether the launcher is one of MPICH's
     * @throws MpiException where there is none, saying how to install one
     */
    static MpiLibrary find(String chosen, boolean mpich) {
        leaveSignalsToJava();
        List<String> names = chosen != null ? List.of(chosen) : mpich ? MPICH_NAMES : OPEN_MPI_NAMES;
        String reason = "";
        for (String name : names) {
            try {
                return new MpiLibrary(NativeLibrary.getInstance(name));
            } catch (UnsatisfiedLinkError e) {
                // The next name. For a library that the user has chosen, the loader's reason is worth a line.
                reason = chosen == null ? "" : e.getMessage().lines().skip(1).map(String::strip)
                        .filter(line -> !line.isEmpty()).findFirst().map(line -> " (" + line + ")").orElse("");
            }
        }
        throw new MpiException("no MPI library found, looked for " + String.join(", ", names) + reason + "; install "
                + (mpich ? "MPICH (Debian: mpich)" : "Open MPI (Debian: openmpi-bin)")
                + ", or name the library's file in INKHORN_MPI");
    }

    /**
     * Java finds null pointers by SIGSEGV. UCX, which MPI libraries may use, and Open MPI itself would take it as a
     * crash. They read these variables when they are loaded, from the C library's environment and not from Java's copy.
     */
    private static void leaveSignalsToJava() {
        setUnlessSet("UCX_ERROR_SIGNALS", "");
        // That of abort() alone.
        setUnlessSet("OMPI_MCA_opal_signal", "6");
    }

    private static void setUnlessSet(String name, String value) {
        NativeLibrary.getProcess().getFunction("setenv").invokeInt(new Object[] {name, value, 0});
    }

    /** The library's name and version. */
    String version() {
        return version;
    }

    /** {@code MPI_Init_thread}; from now on errors are returned. */
    void init() {
        call("MPI_Init_thread", Pointer.NULL, Pointer.NULL, THREAD_FUNNELED, new IntByReference());
        call("MPI_Comm_set_errhandler", world, abi.errorsReturn(library));
    }

    int rank() {
        IntByReference rank = new IntByReference();
        call("MPI_Comm_rank", world, rank);
        return rank.getValue();
    }

    int size() {
        IntByReference size = new IntByReference();
        call("MPI_Comm_size", world, size);
        return size.getValue();
    }

    /** The name of this machine. */
    String processorName() {
        Memory text = new Memory(LONGEST_TEXT);
        call("MPI_Get_processor_name", text, new IntByReference());
        return text.getString(0);
    }

    /** A message under way; null where there is nothing to send. */
    Pointer send(ByteBuffer buffer, int rank, int tag) {
        return begin("MPI_Isend", buffer, rank, tag);
    }

    /** A message that is waited for; null where nothing is. */
    Pointer receive(ByteBuffer buffer, int rank, int tag) {
        return begin("MPI_Irecv", buffer, rank, tag);
    }

    private Pointer begin(String function, ByteBuffer buffer, int rank, int tag) {
        if (!buffer.hasRemaining()) {
            return null;
        }
        Memory request = new Memory(Long.BYTES);
        call(function, Native.getDirectBufferPointer(buffer).share(buffer.position()), buffer.remaining(), bytes, rank,
                tag, world, request);
        return request;
    }

    /** Whether a message has arrived, or may be written over. */
    boolean isDone(Pointer request) {
        call("MPI_Test", request, flag, abi.ignoredStatus());
        return flag.getValue() != 0;
    }

    void abort(int exitCode) {
        call("MPI_Abort", world, exitCode);
    }

    void finish() {
        call("MPI_Finalize");
    }

    private void call(String name, Object... arguments) {
        int code = functions.computeIfAbsent(name, library::getFunction).invokeInt(arguments);
        if (code != 0) {
            Memory text = new Memory(LONGEST_TEXT);
            int told = library.getFunction("MPI_Error_string").invokeInt(new Object[] {code, text,
                new IntByReference()});
            throw new MpiException(name + " failed: " + (told == 0 ? text.getString(0) : "code " + code));
        }
    }
}
