package inkhorn.cli.inspect;

import inkhorn.cli.terminal.TextTable;
import inkhorn.data.files.Json;
import inkhorn.inspect.ModelSummary;
import inkhorn.inspect.ModelSummary.Step;
import inkhorn.inspect.ModelSummary.Weights;
import inkhorn.train.TrainingMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The description of a model, as tables or as JSON. */
final class DescribeReport {

    /** Steps of the first block; a row of another block says no more than its last one. */
    private static final String FIRST_BLOCK = "h.0.";

    private final String model;
    private final ModelSummary summary;
    private final TrainingMemory memory;
    private final Vocabulary vocabulary;
    private final DescribeCommand.BatchSize batch;

    DescribeReport(String model, ModelSummary summary, TrainingMemory memory, Vocabulary vocabulary,
                   DescribeCommand.BatchSize batch) {
        this.model = model;
        this.summary = summary;
        this.memory = memory;
        this.vocabulary = vocabulary;
        this.batch = batch;
    }

    /** The JSON object's form. */
    private record Description(String model, Vocabulary vocabulary, DescribeCommand.BatchSize batch,
                            List<Weights> parameters, long parameterCount, long trainedCount, double flopsPerToken,
                            TrainingMemory memoryBytes, long totalBytes, List<Step> walk) {
    }

    /** What takes memory. */
    private record Share(String what, long bytes, String meaning) {
    }

    String json() {
        return Json.pretty(new Description(model, vocabulary, batch, summary.parameters(), summary.parameterCount(),
                summary.trainedCount(), summary.flopsPerToken(), memory, memory.total(), summary.walk()));
    }

    /** @param part null for the parameters */
    String csv(DescribeCommand.Section part) {
        TextTable<?> table = switch (part == null ? DescribeCommand.Section.PARAMETERS : part) {
            case PARAMETERS -> parameterTable();
            case MEMORY -> memoryTable();
            case WALK -> walkTable(summary.walk());
        };
        return table.csv();
    }

    /** @param part null for all */
    String text(DescribeCommand.Section part) {
        StringBuilder text = new StringBuilder();
        if (part == null) {
            text.append(String.format(Locale.ROOT, "%s: vocabulary of %,d%s (%s)%n%n", model, vocabulary.size(),
                    vocabulary.isAssumed() ? " assumed" : "", vocabulary.source()));
        }
        if (part == null || part == DescribeCommand.Section.PARAMETERS) {
            text.append(parameterTable().text())
                    .append(String.format(Locale.ROOT, "%ntotal: %,d parameters%s%n%n", summary.parameterCount(),
                            summary.trainedCount() == summary.parameterCount() ? ""
                                    : String.format(Locale.ROOT, ", of which %,d are trained",
                                            summary.trainedCount())));
        }
        if (part == null || part == DescribeCommand.Section.MEMORY) {
            text.append(memoryTable().text()).append(String.format(Locale.ROOT,
                    "%ntotal: %,d MiB, beside Java itself and the kernels' working space of some tens of MiB%nFLOPs a"
                            + " token, forward and backward: %,.0f%n%n",
                    mebibytes(memory.total()), summary.flopsPerToken()));
        }
        if (part == null || part == DescribeCommand.Section.WALK) {
            text.append(walkTable(shortened(summary.walk())).text()).append('\n');
        }
        return text.toString();
    }

    private TextTable<Weights> parameterTable() {
        return TextTable.of("parameters", summary.parameters()).text("name", Weights::name)
                .text("shape", row -> TextTable.shape(row.shape())).grouped("count", Weights::count)
                .text("meaning", Weights::meaning);
    }

    private TextTable<Share> memoryTable() {
        List<Share> rows = List.of(
                new Share("weights", memory.weights(),
                        "4 bytes each; generating text needs only these and the key-value cache"),
                new Share("gradients", memory.gradients(), "one for each trained weight"),
                new Share("moments", memory.moments(), "the optimizer's running means, for each trained weight"),
                new Share("activations", memory.activations(), "intermediate results that the backward pass needs"));
        String title = "memory to train on a batch of " + TextTable.shape(List.of(batch.sequences(), batch.tokens()));
        return TextTable.of(title, rows).text("what", Share::what).grouped("bytes", Share::bytes)
                .decimal("MiB", "#,##0.0", row -> row.bytes() / 1048576.0).text("meaning", Share::meaning);
    }

    private static TextTable<Step> walkTable(List<Step> steps) {
        return TextTable.of("shapes of a batch, step by step", steps).text("step", Step::name)
                .text("shape", step -> TextTable.shape(step.shape())).text("meaning", Step::meaning);
    }

    /** One row for each block after the first: they are alike. */
    private static List<Step> shortened(List<Step> walk) {
        List<Step> rows = new ArrayList<>();
        for (int i = 0; i < walk.size(); i++) {
            String block = block(walk.get(i));
            boolean isLast = i + 1 == walk.size() || !block(walk.get(i + 1)).equals(block);
            if (block.isEmpty() || block.equals(FIRST_BLOCK)) {
                rows.add(walk.get(i));
            } else if (isLast) {
                rows.add(new Step(block.substring(0, block.length() - 1), walk.get(i).shape(),
                        "the same shapes as h.0"));
            }
        }
        return rows;
    }

    /** {@code h.3.} of {@code h.3.ln_1}; empty outside the blocks. */
    private static String block(Step step) {
        return step.name().startsWith("h.") ? step.name().substring(0, step.name().indexOf('.', 2) + 1) : "";
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
