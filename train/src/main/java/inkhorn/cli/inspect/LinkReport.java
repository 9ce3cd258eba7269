package inkhorn.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.RunConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.plan.ParallelEfficiency;
import inkhorn.plan.TimedSteps;
import inkhorn.train.Models;
import inkhorn.train.parallel.Collectives;
import inkhorn.train.parallel.Link;
import inkhorn.train.parallel.Ranks;
import inkhorn.train.parallel.Shards;
import java.util.List;
import java.util.Locale;

/** The measurements of {@code doctor --mpi} between processes, and the predicted gain for a config. */
final class LinkReport {
    private static final List<Integer> COUNTS = List.of(2, 4, 8, 16, 32, 64);

    private LinkReport() {
    }

    /**
     * Measures, in all processes at the same time; the text is for the first one.
     *
     * @param config of one batch a step; null for the link alone
     */
    static String of(Ranks ranks, String library, RunConfig config, int vocabSize, boolean json) {
        Link link = Link.measure(ranks);
        ParallelEfficiency gain = config == null ? null : gain(ranks, link, config, vocabSize);
        if (json) {
            return json(ranks, library, link, gain).toPrettyString() + "\n";
        }
        String threads = KernelProvider.kernels().threads() + (KernelProvider.kernels().threads() == 1
                ? " thread" : " threads");
        String text = String.format(Locale.ROOT, "ranks      %d through %s, %s each%n", ranks.size(), library, threads)
                + String.format(Locale.ROOT, "latency    %.0f microseconds for a few bytes from each to each%n",
                link.latency() * 1e6)
                + String.format(Locale.ROOT, "bandwidth  %,.0f MB/s from each process while all send (%,.1f Gbit/s)%n",
                link.bandwidth() * 1e-6, link.bandwidth() * 8e-9);
        return gain == null ? text : text + String.format(Locale.ROOT, "batch      %.1f ms of %s in each process%n%n",
                gain.batchSeconds() * 1e3, config.run().name()) + table(gain);
    }

    /** Each process trains on one batch a step while the others do, and the slowest counts. */
    private static ParallelEfficiency gain(Ranks ranks, Link link, RunConfig config, int vocabSize) {
        double own = TimedSteps.median(config, vocabSize);
        Collectives collectives = new Collectives(ranks);
        collectives.meet("measuring a batch");
        double slowest = 0;
        for (double[] of : collectives.gather("the time of a batch", own)) {
            slowest = Math.max(slowest, of[0]);
        }
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = Models.trainable(config.model().create(vocabSize, new Rng(0)), config);
            int exchanges = new Shards(model.namedParameters(), config.optim().optimizer(), 2).exchanges();
            return new ParallelEfficiency(slowest, model.trainedCount(), exchanges, link);
        }
    }

    private static String table(ParallelEfficiency gain) {
        return TextTable.of("expected with one batch a process", COUNTS)
                .whole("processes", count -> count)
                .decimal("ms a step", "0.0", count -> gain.step(count, 1) * 1e3)
                .decimal("efficiency", "0.00", count -> gain.efficiency(count, 1))
                .decimal("times faster", "0.0", count -> count * gain.efficiency(count, 1))
                .decimal("efficiency with 4 batches a process", "0.00", count -> gain.efficiency(count, 4)).text();
    }

    private static ObjectNode json(Ranks ranks, String library, Link link, ParallelEfficiency gain) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ranks", ranks.size()).put("library", library).put("latency_s", link.latency())
                .put("bandwidth_bytes_per_s", link.bandwidth());
        if (gain != null) {
            json.put("batch_s", gain.batchSeconds());
            ObjectNode efficiency = json.putObject("efficiency");
            COUNTS.forEach(count -> efficiency.put(count.toString(), gain.efficiency(count, 1)));
        }
        return json;
    }
}
