package inkhorn.cli.machine;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import inkhorn.autograd.kernel.JdkVectorModule;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.cli.launch.AsciiLocale;
import inkhorn.cli.launch.JvmArguments;
import inkhorn.train.log.Session;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the properties of this machine and measures it; facts that the system does not provide stay unknown. */
public final class MachineReader {

    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    /** For each of: one thread, all threads, memory read, memory updated. */
    private static final double PROBE_SECONDS = 0.5;

    /** More is no gain of threads: one thread was measured while other programs worked. */
    private static final double MOST_SCALING_PER_THREAD = 1.1;

    /** Each of the two probes of memory takes 128 MiB, one after the other. */
    private static final long LEAST_HEAP_TO_PROBE_MEMORY = 256L << 20;

    /** As much as the update goes through. */
    private static final long READ = 128L << 20;

    private MachineReader() {
    }

    /**
     * Takes about two seconds, plus what the compiler takes. The kernels have been chosen.
     *
     * @param scalar whether the plain loops were asked for
     */
    public static MachineFacts read(int threads, boolean scalar) {
        return read(threads, scalar, PROBE_SECONDS);
    }

    public static MachineFacts read(int threads, boolean scalar, double probeSeconds) {
        // Before the probe, which is a load of its own.
        MachineFacts.Host host = host();
        return new MachineFacts(jvm(), host, arithmetic(threads, scalar), peak(threads, probeSeconds), memory(),
                hugePages(), start());
    }

    /**
     * This process and machine, as a run keeps them; nothing is measured.
     *
     * @param step      that the training begins after
     * @param arguments of the command line
     * @param version   Inkhorn's
     */
    public static Session session(long step, List<String> arguments, String version) {
        MachineFacts.Host host = host();
        MachineFacts.Memory memory = memory();
        return new Session(step, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), arguments, version,
                System.getProperty("java.version") + ", " + System.getProperty("java.vendor"), host.os(),
                host.processor().name(), host.processor().model(), host.cores(),
                memory.machineMib() == null ? 0 : memory.machineMib(), memory.heapMib(),
                KernelProvider.describeChoice(), KernelProvider.vectorBits(), KernelProvider.kernels().threads());
    }

    public static MachineFacts.Jvm jvm() {
        List<String> collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName).toList();
        return new MachineFacts.Jvm(System.getProperty("java.version"), System.getProperty("java.vendor"),
                System.getProperty("java.vm.name"),
                System.getProperty("java.home"), ModuleFinder.ofSystem().find(JdkVectorModule.NAME)
                .isPresent(), collectors);
    }

    private static MachineFacts.Host host() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch");
        return new MachineFacts.Host(os, Processor.ofThisMachine(), Runtime.getRuntime().availableProcessors(), load < 0
                ? null : load);
    }

    private static MachineFacts.KernelFacts arithmetic(int threads, boolean scalar) {
        int bits = KernelProvider.vectorBits();
        return new MachineFacts.KernelFacts(KernelProvider.describeChoice(), scalar || bits == 0, bits, threads);
    }

    private static MachineFacts.Peak peak(int threads, double seconds) {
        try (PeakProbe one = new PeakProbe(1); PeakProbe all = new PeakProbe(threads)) {
            double ofOne = one.flopsPerSecond(seconds);
            double ofAll = threads == 1 ? ofOne : all.flopsPerSecond(seconds);
            if (ofAll > MOST_SCALING_PER_THREAD * threads * ofOne) {
                ofOne = Math.max(ofOne, one.flopsPerSecond(seconds));
            }
            Double scaling = ofAll > MOST_SCALING_PER_THREAD * threads * ofOne ? null : (Double) (ofAll / ofOne);
            boolean fits = Runtime.getRuntime().maxMemory() >= LEAST_HEAP_TO_PROBE_MEMORY;
            // Reading first: it lets go of its memory, the update keeps its arrays until the probe is closed.
            Double read = fits ? all.readBytesPerSecond(READ, seconds) * 1e-9 : null;
            Double updated = fits ? all.bytesPerSecond(seconds) * 1e-9 : null;
            return new MachineFacts.Peak(ofOne * 1e-9, ofAll * 1e-9, scaling, updated, read);
        }
    }

    public static MachineFacts.Memory memory() {
        long machine = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize() : 0;
        return new MachineFacts.Memory(Runtime.getRuntime().maxMemory() >> 20, machine == 0 ? null : machine >> 20);
    }

    private static MachineFacts.HugePages hugePages() {
        String system;
        try {
            system = hugePageMode(Files.readString(HUGE_PAGES));
        } catch (IOException e) {
            // Not a Linux, or one without them.
            system = null;
        }
        return new MachineFacts.HugePages(system, isFlagSet("UseTransparentHugePages") || isFlagSet("UseLargePages"));
    }

    /** The chosen word of a line such as {@code always [madvise] never}; null if none is. */
    public static String hugePageMode(String modes) {
        Matcher chosen = Pattern.compile("\\[([^]]+)]").matcher(modes);
        return chosen.find() ? chosen.group(1) : null;
    }

    private static boolean isFlagSet(String flag) {
        try {
            HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return bean != null && Boolean.parseBoolean(bean.getVMOption(flag).getValue());
        } catch (IllegalArgumentException e) {
            // A JVM without that flag.
            return false;
        }
    }

    public static MachineFacts.Start start() {
        String parent = "-D" + JvmArguments.PARENT_PROPERTY;
        String escaped = "-D" + AsciiLocale.ESCAPED_PROPERTY;
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith(parent) && !flag.startsWith(escaped)).toList();
        return new MachineFacts.Start(System.getProperty(JvmArguments.PARENT_PROPERTY) != null, flags);
    }
}
