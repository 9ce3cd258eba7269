package inkhorn.cli;

import inkhorn.cli.terminal.JsonText;
import inkhorn.cli.terminal.Tables;
import inkhorn.inspect.ModelSummary;
import inkhorn.inspect.ModelSummary.Step;
import inkhorn.inspect.ModelSummary.Weights;
import inkhorn.train.TrainingMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

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
            List<Weights> parameters,
                            long parameterCount, double flopsPerToken, TrainingMemory memoryBytes, long totalBytes,
                            List<Step> walk) {
    }

    /** What takes memory. */
    private record Share(String what, long bytes, String meaning) {
    }

    String json() {
        return JsonText.of(new Description(model, vocabulary, batch, summary.parameters(), summary.parameterCount(),
                summary.flopsPerToken(), memory, memory.total(), summary.walk()));
    }

    /** @param part null for the parameters */
    String csv(DescribeCommand.Section part) {
        return Tables.csv(switch (part == null ? DescribeCommand.Section.PARAMETERS : part) {
            case PARAMETERS -> parameterTable();
            case MEMORY -> memoryTable();
            case WALK -> walkTable(summary.walk());
        });
    }

    /** @param part null for all */
    String text(DescribeCommand.Section part) {
        StringBuilder text = new StringBuilder();
        if (part == null) {
            text.append(String.format(Locale.ROOT, "%s: vocabulary of %,d%s (%s)%n%n", model, vocabulary.size(),
                    vocabulary.isAssumed() ? " assumed" : "", vocabulary.source()));
        }
        if (part == null || part == DescribeCommand.Section.PARAMETERS) {
            text.append(Tables.text(parameterTable()))
                    .append(String.format(Locale.ROOT, "%ntotal: %,d parameters%n%n", summary.parameterCount()));
        }
        if (part == null || part == DescribeCommand.Section.MEMORY) {
            text.append(Tables.text(memoryTable())).append(String.format(Locale.ROOT,
                    "%ntotal: %,d MiB, beside Java itself and the kernels' working space of some tens of MiB%nFLOPs a"
                            + " token, forward and backward: %,.0f%n%n",
                    mebibytes(memory.total()), summary.flopsPerToken()));
        }
        if (part == null || part == DescribeCommand.Section.WALK) {
            text.append(Tables.text(walkTable(shortened(summary.walk())))).append('\n');
        }
        return text.toString();
    }

    private Table parameterTable() {
        List<Weights> rows = summary.parameters();
        return Table.create("parameters").addColumns(
                StringColumn.create("name", rows.stream().map(Weights::name)),
                StringColumn.create("shape", rows.stream().map(row -> Tables.shape(row.shape()))),
                Tables.whole("count", rows, Weights::count),
                StringColumn.create("meaning", rows.stream().map(Weights::meaning)));
    }

    private Table memoryTable() {
        List<Share> rows = List.of(
                new Share("weights", memory.weights(),
                "4 bytes each; generating text needs only these and the key-value cache"),
                new Share("gradients", memory.gradients(), "one for each weight"),
                new Share("moments", memory.moments(), "the optimizer's running means, for each weight"),
                new Share("activations", memory.activations(), "intermediate results that the backward pass needs"));
        return Table.create("memory to train on a batch of " + Tables.shape(List.of(batch.sequences(), batch.tokens())))
                .addColumns(
                StringColumn.create("what", rows.stream().map(Share::what)),
                Tables.whole("bytes", rows, Share::bytes),
                Tables.decimal("MiB", "#,##0.0", rows, row -> row.bytes() / 1048576.0),
                StringColumn.create("meaning", rows.stream().map(Share::meaning)));
    }

    private static Table walkTable(List<Step> steps) {
        return Table.create("shapes of a batch, step by step").addColumns(
                StringColumn.create("step", steps.stream().map(Step::name)),
                StringColumn.create("shape", steps.stream().map(step -> Tables.shape(step.shape()))),
                StringColumn.create("meaning", steps.stream().map(Step::meaning)));
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
