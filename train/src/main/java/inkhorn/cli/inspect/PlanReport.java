package inkhorn.cli.inspect;

import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.files.Json;
import inkhorn.plan.Caution;
import inkhorn.plan.DiskUse;
import inkhorn.plan.StepTime;
import inkhorn.plan.TextSize;
import inkhorn.plan.TrainingPlan;
import inkhorn.train.TrainingMemory;
import java.util.List;
import java.util.Locale;

/** The plan of a run, as lines or as JSON. */
final class PlanReport {

    private static final double MEBIBYTE = 1 << 20;
    private static final double GIBIBYTE = 1 << 30;
    private static final double SECONDS_SHOWN_WHOLE = 10;
    private static final double MINUTE = 60;
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final double FEW = 10;

    private final RunConfig config;
    private final TrainingPlan plan;
    private final Vocabulary vocabulary;
    private final Caution.Resources resources;
    private final List<String> cautions;
    private final String kernels;
    private final StringBuilder text = new StringBuilder();

    PlanReport(RunConfig config, TrainingPlan plan, Vocabulary vocabulary, Caution.Resources resources,
               List<String> cautions, String kernels) {
        this.config = config;
        this.plan = plan;
        this.vocabulary = vocabulary;
        this.resources = resources;
        this.cautions = cautions;
        this.kernels = kernels;
    }

    /** The JSON object's form; times are null where nothing was measured. */
    private record Planned(String run, Vocabulary vocabulary, long parameterCount, long trainedCount,
                           TrainingMemory memoryBytes, long totalBytes, long processBytes, double flopsPerStep,
                           double flops, long steps, long tokensPerStep, long tokens, TextSize text, double epochs,
                           StepTime seconds, TrainingPlan.Seconds totalSeconds, DiskUse diskBytes,
                           Caution.Resources available, String kernels, List<String> warnings) {
    }

    String json() {
        return Json.pretty(new Planned(config.run().name(), vocabulary, plan.parameters(), plan.trained(),
                plan.memory(), plan.memory().total(), plan.processBytes(), plan.flopsPerStep(), plan.flops(),
                config.train().maxIters(), plan.tokensPerStep(), plan.tokens(), plan.text(), plan.epochs(),
                plan.time(), plan.seconds(), plan.disk(), resources, kernels, cautions));
    }

    String text() {
        TrainConfig train = config.train();
        line("run", "%s: %,d steps of %,d tokens%s", config.run().name(), train.maxIters(), plan.tokensPerStep(),
                train.batchWarmupIters() == 0 ? "" : String.format(Locale.ROOT,
                        ", the first of %,d, rising over %,d steps",
                        (long) train.batchWarmupFrom() * config.model().gpt().blockSize(), train.batchWarmupIters()));
        model();
        memory();
        line("text", "%,d + %,d tokens: %s", plan.text().train(), plan.text().val(), plan.text().source());
        line("tokens", "%s seen, %s times the text, %s a parameter", count(plan.tokens()), number(plan.epochs()),
                number((double) plan.tokens() / plan.parameters()));
        line("FLOPs", "%s a step, %s in all", count(plan.flopsPerStep()), count(plan.flops()));
        if (plan.time() != null) {
            time();
        }
        disk();
        cautions.forEach(caution -> line("WARNING", "%s", caution));
        return text.toString();
    }

    private void model() {
        line("model", "%s, %,d parameters%s, vocabulary of %,d%s (%s)",
                config.model().type().name().toLowerCase(Locale.ROOT), plan.parameters(),
                plan.trained() == plan.parameters() ? ""
                        : String.format(Locale.ROOT, ", of which %,d are trained", plan.trained()),
                vocabulary.size(), vocabulary.isAssumed() ? " assumed" : "", vocabulary.source());
    }

    private void memory() {
        TrainingMemory memory = plan.memory();
        line("memory", "%s for a step: weights %s, gradients %s, moments %s, activations %s; the heap may grow to %s",
                bytes(memory.total()), bytes(memory.weights()), bytes(memory.gradients()), bytes(memory.moments()),
                bytes(memory.activations()), bytes(resources.heap()));
        line("", "%s for the process at its peak%s", bytes(plan.processBytes()), resources.machine() == 0 ? ""
                : "; the machine has " + bytes(resources.machine()));
    }

    private void time() {
        StepTime time = plan.time();
        TrainingPlan.Seconds all = plan.seconds();
        line("time", "%s a step, %,.0f tokens a second, %s FLOPs a second", seconds(time.step()),
                plan.tokensPerStep() / time.step(), count(plan.flopsPerStep() / time.step()));
        line("", "%s in all: steps %s, evaluations with samples %s, checkpoints %s", seconds(all.total()),
                seconds(all.steps()), seconds(all.evaluations()), seconds(all.saves()));
        line("", "from %d kinds of kernel calls, measured in %d passes and %s; %s", time.kinds(), time.passes(),
                seconds(time.measuring()), kernels);
    }

    private void disk() {
        DiskUse disk = plan.disk();
        line("disk", "%s a checkpoint, written %,d times; %s in %s at the end, of %s that are free",
                bytes(disk.checkpoint()), disk.saves(), bytes(disk.directory()), config.run().directory(),
                bytes(resources.disk()));
    }

    private void line(String what, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-9s", what)).append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private static String bytes(long bytes) {
        return bytes >= FEW * GIBIBYTE ? String.format(Locale.ROOT, "%,.1f GiB", bytes / GIBIBYTE)
                : bytes >= FEW * MEBIBYTE ? String.format(Locale.ROOT, "%,.0f MiB", bytes / MEBIBYTE)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }

    private static String seconds(double seconds) {
        return seconds < 1 ? String.format(Locale.ROOT, "%.3g ms", seconds * 1e3)
                : seconds < SECONDS_SHOWN_WHOLE ? String.format(Locale.ROOT, "%.1f s", seconds)
                : seconds < 2 * MINUTE ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 2 * HOUR ? String.format(Locale.ROOT, "%.0f min", seconds / MINUTE)
                : seconds < 2 * DAY ? String.format(Locale.ROOT, "%.1f h", seconds / HOUR)
                : String.format(Locale.ROOT, "%,.1f days", seconds / DAY);
    }

    private static String number(double number) {
        return number < FEW ? String.format(Locale.ROOT, "%.2g", number) : String.format(Locale.ROOT, "%,.0f", number);
    }

    /** With a unit of a thousand, a million and so on. */
    private static String count(double number) {
        String[] units = {"", " thousand", " million", " billion", " trillion", "·10¹⁵", "·10¹⁸", "·10²¹"};
        int unit = 0;
        double scaled = number;
        while (scaled >= 1000 && unit + 1 < units.length) {
            scaled /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.3g%s", scaled, units[unit]);
    }
}
