package inkhorn.bench.step;

/**
 * Measures what the machine's bare micro-kernel reaches, in a process that trains nothing. It works for as long before
 * each turn of every engine, so that all of them find the same clock and the same caches.
 */
final class PeakProcess implements AutoCloseable {
    private static final double SECONDS = 0.1;
    /** Any model: the process only measures. */
    private static final String MODEL = "tiny";

    private final WorkerProcess worker;

    PeakProcess(StepOptions options) {
        worker = new WorkerProcess(Engine.INKHORN, options, MODEL, false);
        flopsPerSecond();
    }

    double flopsPerSecond() {
        return Double.parseDouble(worker.ask("peak " + SECONDS));
    }

    @Override
    public void close() {
        worker.close();
    }
}
