package inkhorn.data;

/** A source of random numbers without state: the same arguments give the same number, always. */
@FunctionalInterface
public interface Draw {
    /** @return the draw of {@code (step, index)}, evenly spread over {@code [0, bound)} */
    long below(long bound, long step, int index);
}
