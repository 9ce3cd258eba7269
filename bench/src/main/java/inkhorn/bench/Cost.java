package inkhorn.bench;

/**
 * What a kernel has to do at least.
 *
 * @param flops float32 operations of matrix products; 0 for kernels whose limit is memory
 * @param bytes read and written if each array passes once
 */
public record Cost(double flops, double bytes) {
    static final Cost UNKNOWN = new Cost(0, 0);

    /** Of a kernel that moves so many floats and multiplies no matrices. */
    public static Cost floats(double count) {
        return new Cost(0, Float.BYTES * count);
    }

    public Cost plus(Cost other) {
        return new Cost(flops + other.flops, bytes + other.bytes);
    }

    /** The shortest time, in seconds, on a machine of the given limits (roofline; Williams et al. 2009). */
    public double limitSeconds(double flopsPerSecond, double bytesPerSecond) {
        return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
    }
}
