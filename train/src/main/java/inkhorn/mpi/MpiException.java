package inkhorn.mpi;

/** There is no MPI library, or it refuses to work. The message is one line and says what to do. */
public final class MpiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    MpiException(String message) {
        super(message);
    }
}
