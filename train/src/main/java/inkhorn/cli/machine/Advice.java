package inkhorn.cli.machine;

import inkhorn.autograd.kernel.JdkVectorModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Advice on what to change on a machine so that training is faster or fits. Each is a sentence; the advice with the
 * largest effect comes first.
 */
public final class Advice {

    /** What compiled vector code exceeds on any processor, and interpreted code never reaches. */
    private static final double COMPILED_GFLOPS = 4;

    /** Cores of their own give nearly 1 a thread, hyper-threads that share one about a half. */
    private static final double LEAST_SCALING_PER_THREAD = 0.7;

    /** More than this share of the cores busy before training begins is somebody else's work. */
    private static final double BUSY = 0.25;

    private final MachineFacts machine;
    private final MachineFacts.TrainingNeed training;
    private final List<String> sentences = new ArrayList<>();

    private Advice(MachineFacts machine, MachineFacts.TrainingNeed training) {
        this.machine = machine;
        this.training = training;
    }

    /** @param training what is to be trained, or null */
    public static List<String> of(MachineFacts machine, MachineFacts.TrainingNeed training) {
        Advice advice = new Advice(machine, training);
        advice.vectors();
        advice.threads();
        advice.load();
        advice.heap();
        advice.flags();
        return List.copyOf(advice.sentences);
    }

    private void say(String format, Object... values) {
        sentences.add(String.format(Locale.ROOT, format, values));
    }

    private void vectors() {
        MachineFacts.KernelFacts kernels = machine.kernels();
        if (!machine.java().hasVectorModule()) {
            say("Install a full JDK, 17 or newer, such as Eclipse Temurin: the Java in %s has no module %s, and the"
                    + " scalar kernels are many times slower.", machine.java().home(), JdkVectorModule.NAME);
        } else if (kernels.vectorBits() == 0) {
            say("Leave out --no-relaunch: this Java has the module %s, but only a second start of Java loads it, and"
                    + " the scalar kernels are many times slower.", JdkVectorModule.NAME);
        } else if (kernels.scalar()) {
            say("Leave out --kernels=scalar: the vector kernels run here and are many times faster.");
        } else if (machine.peak().gflopsOfOneThread() < COMPILED_GFLOPS) {
            say("Leave out flags that keep Java from compiling (-Xint, -XX:TieredStopAtLevel), and use a HotSpot JVM"
                    + " with its C2 compiler (this one is %s): vectors are interpreted here.", machine.java().vm());
        }
        if (machine.system().processor().hasAvx512() && kernels.vectorBits() > 0 && kernels.vectorBits() < 512) {
            say("Try java -XX:UseAVX=3 -jar train.jar doctor: the processor has vectors of 512 bits and Java uses %d;"
                    + " keep it where the peak rises.", kernels.vectorBits());
        }
    }

    private void threads() {
        int threads = machine.kernels().threads();
        int cores = machine.system().cores();
        Integer processors = machine.system().processor().count();
        if (processors != null && processors > cores) {
            say("Let Java use more of the machine's %d processors, it may use %d: raise the container's CPU limit, or"
                    + " leave out taskset or -XX:ActiveProcessorCount.", processors, cores);
        }
        if (threads < cores) {
            say("Leave out --threads=%d: there are %d cores, and the result does not depend on how many are used.",
                    threads, cores);
        } else if (threads > cores) {
            say("Give --threads=%d: %d threads would take turns on %d %s.", cores, threads, cores, cores == 1
                    ? "core" : "cores");
        } else if (machine.peak().scaling() != null && machine.peak().scaling() < LEAST_SCALING_PER_THREAD * threads
                && !isBusy()) {
            say("Try --threads=%d: %d threads reach only %.2f times what one does, which happens where two share a core"
                    + " or where other programs compute.", Math.max(1, Math.round(machine.peak().scaling())), threads,
                    machine.peak().scaling());
        }
    }

    private boolean isBusy() {
        Double load = machine.system().loadAverage();
        return load != null && load > BUSY * machine.system().cores();
    }

    private void load() {
        if (isBusy()) {
            int cores = machine.system().cores();
            say("End other programs, or train when they are done: the load average over the last minute is %.2f on %d"
                    + " %s, and what is measured here is too low.", machine.system().loadAverage(), cores, cores == 1
                    ? "core" : "cores");
        }
    }

    private void heap() {
        long heap = machine.memory().heapMib();
        Long all = machine.memory().machineMib();
        if (training != null && training.mib() > heap) {
            // A tenth more for what the estimate leaves out, and some for all that is not heap.
            long gib = (training.mib() * 11 / 10 >> 10) + 1;
            boolean fits = all != null && gib << 10 <= all * 9 / 10;
            say("%s: %s takes about %,d MiB to train, and Java's heap may grow to %,d MiB.", fits
                    ? "Start with java -Xmx" + gib + "g"
                    : "Lower train.batch_size, model.block_size or model.n_embd, or take a larger machine",
                    training.run(), training.mib(), heap);
        } else if (all != null && heap < all / 4 && machine.start().relaunched()) {
            say("Leave out -Xmx, or raise it, before training larger models: Java's heap may grow to %,d MiB of the"
                    + " machine's %,d MiB.", heap, all);
        }
    }

    private void flags() {
        MachineFacts.HugePages pages = machine.hugePages();
        if ("never".equals(pages.system())) {
            say("Allow huge pages, as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; large arrays"
                    + " are read faster from them.");
        }
        if (!machine.start().relaunched()) {
            if (machine.kernels().vectorBits() > 0) {
                say("Start with plain java -jar train.jar, without --add-modules: the program then starts Java again"
                        + " with the flags for inlining, heap, collector and huge pages that it was tuned with.");
            }
            return;
        }
        if ("madvise".equals(pages.system()) && !pages.javaAsks()) {
            say("Leave out -XX:-UseTransparentHugePages: the system gives huge pages to who asks, and this Java does"
                    + " not.");
        }
        if (machine.java().collectors().stream().anyMatch(name -> name.startsWith("G1"))) {
            say("Leave out -XX:+UseG1GC: G1 pads each large array to whole regions; the program chooses the serial"
                    + " collector.");
        }
    }
}
