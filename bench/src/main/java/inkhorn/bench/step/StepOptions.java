package inkhorn.bench.step;

import java.nio.file.Path;
import java.util.List;

/**
 * How to measure.
 *
 * @param home the build's directory: libraries lie there, results go there
 * @param java the executable that runs Inkhorn
 * @param jvm more flags for it
 * @param threads of every engine
 * @param rounds in which every engine has one turn
 * @param turnSeconds how long a turn takes at least, and at least one step
 * @param warmupSeconds how long Inkhorn runs before it is measured; libtorch, which compiles nothing, a third of it
 */
record StepOptions(Path home, Path java, List<String> jvm, int threads, int rounds, double turnSeconds, double warmupSeconds) {

    StepOptions withThreads(int other) {
        return new StepOptions(home, java, jvm, other, rounds, turnSeconds, warmupSeconds);
    }

    StepOptions withJava(Path other) {
        return new StepOptions(home, other, jvm, threads, rounds, turnSeconds, warmupSeconds);
    }
}
