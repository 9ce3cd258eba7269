package inkhorn.cli;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.train.TrainingMemory;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/** The lines that a training prints before its first step: run, data, model, memory, kernels and steps. */
final class TrainBanner {

    private TrainBanner() {
    }

    /**
     * Prints it.
     *
     * @param team where other processes may take part
     */
    static void print(PrintStream out, RunConfig config, LanguageModel model, TrainingMemory memory, PreparedData data,
            long resumedStep, Optional<Team> team) {
        TrainConfig train = config.train();
        int block = config.model().gpt().blockSize();
        long rows = (long) train.batchSize() * train.gradAccum();
        boolean isText = data.lengths().isEmpty();
        out.printf(Locale.ROOT, "run      %s in %s, seed %d%n", config.run().name(), config.run().directory(),
                config.run().seed());
        out.printf(Locale.ROOT, "data     %s: %,d + %,d tokens, vocabulary of %,d (%s)%n", data.manifest().source(),
                data.train().length(), data.val().length(), data.tokenizer().vocabSize(), data.tokenizer().name());
        if (!isText) {
            out.printf(Locale.ROOT,
                    "examples %,d + %,d, of whose tokens %,d + %,d are completions, which are learned%n",
                    data.manifest().train().documents(), data.manifest().val().documents(),
                    data.manifest().examples().get(DataManifest.TRAIN).completionTokens(),
                    data.manifest().examples().get(DataManifest.VAL).completionTokens());
        }
        data.cut(block).ifPresent(line -> out.println("WARNING  " + line));
        data.warnings().forEach(warning -> out.println("WARNING  " + warning));
        out.printf(Locale.ROOT, "model    %s, %,d parameters%s%n",
                config.model().type().name().toLowerCase(Locale.ROOT), model.parameterCount(),
                model.trainedCount() == model.parameterCount() ? ""
                        : String.format(Locale.ROOT, ", of which %,d are trained", model.trainedCount()));
        out.printf(Locale.ROOT, "memory   about %,d MiB to train, of a heap of up to %,d MiB%n", memory.total() >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
        out.printf("kernels  %s%n", KernelProvider.describeChoice());
        team.ifPresent(of -> out.printf("ranks    %s%n", of.describe()));
        String of = isText ? String.format(Locale.ROOT, "%,d tokens", rows * block)
                : String.format(Locale.ROOT, "%,d examples in rows of %,d tokens", rows, data.rowSize(block));
        out.printf(Locale.ROOT, "steps    %,d of %s each%s%s%n", train.maxIters(), of,
                train.batchWarmupIters() == 0 ? "" : String.format(Locale.ROOT,
                        ", growing from %,d to %,d sequences over the first %,d", train.batchWarmupFrom(), rows,
                        train.batchWarmupIters()),
                resumedStep > 0 ? String.format(Locale.ROOT, ", going on from step %,d", resumedStep) : "");
        out.flush();
    }
}
