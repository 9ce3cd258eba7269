package inkhorn.bench.step;

import java.nio.file.Path;
import java.util.List;

/**
 * How to measure.
 *
 * @param home the build's directory: libraries lie there, results go there
 * @param java the executable that runs Inkhorn
 * @param classPath where Inkhorn's classes are
 * @param jvm more flags for it
 * @param threads of every engine
 * @param rounds in which every engine has one turn
 * @param roundSeconds after which a model's rounds end, but not before {@link #LEAST_ROUNDS}
 * @param turnSeconds how long a turn takes at least, and at least one step
 * @param warmup of every engine before it is measured
 * @param recomputesBlocks whether Inkhorn trains with activation checkpointing
 * @param searchSeconds for the turns in which one libtorch's settings are compared, and at least one turn of each pair
 */
record StepOptions(Path home, Path java, String classPath, List<String> jvm, int threads, int rounds,
                   double roundSeconds, double turnSeconds, Warmup warmup, boolean recomputesBlocks,
                   double searchSeconds) {
    /** Fewer give no interval worth the name. */
    static final int LEAST_ROUNDS = 5;

    /**
     * What an engine does before it is measured: both limits are reached.
     *
     * @param steps at least
     * @param seconds at least
     */
    record Warmup(int steps, double seconds) {}

    StepOptions withThreads(int other) {
        return new StepOptions(home, java, classPath, jvm, other, rounds, roundSeconds, turnSeconds, warmup,
                recomputesBlocks, searchSeconds);
    }

    StepOptions withJava(Path other) {
        return new StepOptions(home, other, classPath, jvm, threads, rounds, roundSeconds, turnSeconds, warmup,
                recomputesBlocks, searchSeconds);
    }

    StepOptions withJar(Path other) {
        return new StepOptions(home, java, other.toString(), jvm, threads, rounds, roundSeconds, turnSeconds, warmup,
                recomputesBlocks, searchSeconds);
    }

    StepOptions recomputingBlocks() {
        return new StepOptions(home, java, classPath, jvm, threads, rounds, roundSeconds, turnSeconds, warmup, true,
                searchSeconds);
    }

    /** Short turns and a short warm-up, since libtorch, which compiles nothing, is compared with itself. */
    StepOptions forSearch() {
        return new StepOptions(home, java, classPath, jvm, threads, rounds, roundSeconds, turnSeconds / 2,
                new Warmup(1, Math.min(2, warmup.seconds)), recomputesBlocks, searchSeconds);
    }
}
