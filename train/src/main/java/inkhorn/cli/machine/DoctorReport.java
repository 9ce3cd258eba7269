package inkhorn.cli.machine;

import inkhorn.data.files.Json;
import java.util.List;
import java.util.Locale;

/** The report of {@code doctor}, as text or as JSON. */
public final class DoctorReport {

    private static final int LABEL = 11;
    private static final int WIDTH = 110;

    private final StringBuilder text = new StringBuilder();

    private DoctorReport() {
    }

    /** The JSON object's form: the {@link MachineFacts}, and what follows from it. */
    private record Findings(MachineFacts.Jvm java, MachineFacts.Host system, MachineFacts.KernelFacts kernels,
            MachineFacts.Peak peak, MachineFacts.Memory memory,
                            MachineFacts.HugePages hugePages, MachineFacts.Start start,
                            MachineFacts.TrainingNeed training, List<String> whatToChange) {
    }

    public static String json(MachineFacts m, MachineFacts.TrainingNeed training, List<String> advice) {
        return Json.pretty(new Findings(m.java(), m.system(), m.kernels(), m.peak(), m.memory(), m.hugePages(),
                m.start(), training, advice));
    }

    /** @param training may be null */
    public static String text(MachineFacts machine, MachineFacts.TrainingNeed training, List<String> advice) {
        DoctorReport report = new DoctorReport();
        report.machine(machine);
        report.memory(machine, training);
        report.start(machine.start());
        report.advice(advice);
        return report.text.toString();
    }

    private void machine(MachineFacts m) {
        line("java", "%s, %s, %s, in %s", m.java().version(), m.java().vendor(), m.java().vm(), m.java().home());
        Double load = m.system().loadAverage();
        line("system", "%s; %s, %s%s", m.system().os(), m.system().processor().name(),
                count(m.system().cores(), "core"),
                load == null ? "" : String.format(Locale.ROOT, ", load average %.2f", load));
        line("kernels", "%s", m.kernels().choice());
        int bits = m.kernels().vectorBits();
        line("vectors", bits == 0 ? "none: the Vector API is not loaded" : "%d bits, %d floats", bits,
                bits / Float.SIZE);
        line("threads", "%d on %s%s", m.kernels().threads(), count(m.system().cores(), "core"),
                m.kernels().scalar() ? ", of which the scalar kernels use one" : "");
        MachineFacts.Peak peak = m.peak();
        line("peak", "%.1f GFLOP/s on one thread, %.1f on %d%s%s", peak.gflopsOfOneThread(), peak.gflopsOfAllThreads(),
                m.kernels().threads(), peak.scaling() == null ? "" : String.format(Locale.ROOT, ": %.2f times",
                peak.scaling()), bits == 0 ? "; of a plain loop, the Vector API would show more" : "");
        line("bandwidth", peak.gigabytesPerSecond() == null ? "not measured, the heap is too small"
                : "%.1f GB/s read and written, %.1f only read",
                peak.gigabytesPerSecond(), peak.gigabytesReadPerSecond());
    }

    private void memory(MachineFacts m, MachineFacts.TrainingNeed training) {
        Long all = m.memory().machineMib();
        line("memory", all == null ? "heap of up to %,d MiB" : "heap of up to %,d MiB, of the machine's %,d MiB",
                m.memory().heapMib(), all);
        if (training != null) {
            line("training", "%s takes about %,d MiB", training.run(), training.mib());
        }
        line("collector", "%s", String.join(", ", m.java().collectors()));
        String asks = m.hugePages().javaAsks() ? "Java asks for them" : "Java does not ask for them";
        line("huge pages", "%s; %s", m.hugePages().system() == null ? "no setting of this system"
                : m.hugePages().system(), asks);
    }

    private void start(MachineFacts.Start start) {
        line("relaunch", "%s %s", start.relaunched() ? "yes, with" : "no; Java's flags are",
                start.flags().isEmpty() ? "none"
                : String.join(" ", start.flags()));
    }

    private void advice(List<String> advice) {
        text.append('\n').append(advice.isEmpty() ? "nothing to change" : "what to change:").append('\n');
        for (String sentence : advice) {
            wrapped("  - ", "    ", sentence);
        }
    }

    private void line(String label, String format, Object... values) {
        wrapped(String.format("%-" + LABEL + "s", label), " ".repeat(LABEL),
                String.format(Locale.ROOT, format, values));
    }

    /** Breaks between words where a line would be longer than most terminals are wide. */
    private void wrapped(String head, String indent, String sentence) {
        StringBuilder line = new StringBuilder(head);
        boolean isFirst = true;
        for (String word : sentence.split(" ")) {
            if (!isFirst && line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(indent);
                isFirst = true;
            }
            line.append(isFirst ? "" : " ").append(word);
            isFirst = false;
        }
        text.append(line).append('\n');
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
