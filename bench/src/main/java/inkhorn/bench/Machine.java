package inkhorn.bench;

import inkhorn.cli.machine.Processor;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and on what the benchmarks run. */
public final class Machine {
    private Machine() {}

    /** {@code bench/target}: the directory of this jar. */
    public static Path buildDirectory() {
        try {
            Path jar = Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return jar.toAbsolutePath().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the benchmarks must be run from their jar", e);
        }
    }

    /** The processor's name with its family and model, which tell generations of one name apart. */
    public static String processor() {
        Processor processor = Processor.ofThisMachine();
        return processor.model().isEmpty() ? processor.name() : processor.name() + " (" + processor.model() + ")";
    }

    /** For the head of a result file. */
    public static Map<String, Object> describe(Path java, List<String> jvm) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processor", processor());
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", java.toString());
        machine.put("jvm", jvm);
        machine.put("loadAverage", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        machine.put("date", LocalDateTime.now().toString());
        return machine;
    }
}
