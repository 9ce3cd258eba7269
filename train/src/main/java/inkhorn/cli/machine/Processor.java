package inkhorn.cli.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The processor as the system describes it.
 *
 * @param name      the maker's, or the architecture's where the system does not tell
 * @param model     what tells processors of one name apart, as "family 25, model 17, stepping 1"; empty where not known
 * @param count     logical processors of the machine, also those that this process may not use; null where not known
 * @param hasAvx512 whether it has vectors of 512 bits; false where not known
 */
public record Processor(String name, String model, Integer count, boolean hasAvx512) {

    /** This machine's. */
    public static Processor ofThisMachine() {
        String otherwise = System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", System.getProperty("os.arch"));
        try {
            return parse(Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1), otherwise);
        } catch (IOException e) {
            // Not a Linux, or a sandbox without /proc.
            return new Processor(otherwise, "", null, false);
        }
    }

    /** From the lines of Linux' {@code /proc/cpuinfo}; on ARM they have no name. */
    public static Processor parse(List<String> cpuinfo, String otherwise) {
        String name = value(cpuinfo, "model name").orElse(otherwise);
        String model = Stream.of("cpu family", "model", "stepping")
                .flatMap(key -> value(cpuinfo, key).stream().map(text -> key.replace("cpu ", "") + " " + text))
                .collect(Collectors.joining(", "));
        long count = cpuinfo.stream().filter(line -> line.matches("processor\\s*:.*")).count();
        boolean avx512 = cpuinfo.stream().anyMatch(line -> line.startsWith("flags") && line.contains(" avx512f "));
        return new Processor(name, model, count == 0 ? null : (int) count, avx512);
    }

    private static Optional<String> value(List<String> cpuinfo, String key) {
        return cpuinfo.stream().filter(line -> line.matches(key + "\\s*:.*")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).filter(text -> !text.isEmpty());
    }
}
