package inkhorn.plan;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.train.Models;
import inkhorn.train.TrainingMemory;

/**
 * The estimated memory, time and disk space of a run, and the numbers from which they follow.
 *
 * @param vocabSize     tokens of the vocabulary
 * @param parameters    of the model
 * @param trained       those that are not frozen
 * @param memory        of a step, in bytes
 * @param processBytes  of the JVM that trains, at its peak
 * @param flopsPerStep  floating-point operations, after a warm-up of the batch size
 * @param flops         of all steps
 * @param tokensPerStep tokens that a step learns from, likewise
 * @param tokens        of all steps, repeated ones counted again
 * @param epochs        how often the text is read
 * @param text          the text
 * @param time          measured; null where nothing was measured
 * @param seconds       how they add up; null where nothing was measured
 * @param disk          what is written
 */
public record TrainingPlan(int vocabSize, long parameters, long trained, TrainingMemory memory, long processBytes,
                           double flopsPerStep, double flops, long tokensPerStep, long tokens, double epochs,
                           TextSize text, StepTime time, Seconds seconds, DiskUse disk) {

    /**
     * Java's code, compiled and not, its threads and young generation, the kernels' working space: what a training
     * process has beside the arrays of {@link TrainingMemory} (docs/log/plan.md).
     */
    private static final long BYTES_OF_JAVA = 132L << 20;

    /** A plain disk's; nothing is written to measure it. */
    private static final double BYTES_WRITTEN_A_SECOND = 200e6;

    /**
     * The time of a whole run, in seconds.
     *
     * @param steps       of all steps
     * @param evaluations of all evaluations, their samples included
     * @param saves       of all checkpoints
     */
    public record Seconds(double steps, double evaluations, double saves) {

        public double total() {
            return steps + evaluations + saves;
        }
    }

    /**
     * Plans a run.
     *
     * @param measured whether the time is measured, with the kernels that are chosen
     * @throws inkhorn.config.UserError when some array would have more elements than Java allows
     */
    public static TrainingPlan of(RunConfig config, int vocabSize, TextSize text, boolean measured) {
        TrainingMemory memory = TrainingMemory.of(config, vocabSize);
        TrainConfig train = config.train();
        long parameters;
        long trained;
        double flopsPerToken;
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = Models.trainable(config.model().create(vocabSize, new Rng(0)), config);
            parameters = model.parameterCount();
            trained = model.trainedCount();
            flopsPerToken = model.flopsPerToken();
        }
        long perStep = (long) train.batchSize() * config.model().gpt().blockSize() * train.gradAccum();
        long tokens = train.batchSchedule().sequences(train.maxIters()) * config.model().gpt().blockSize();
        DiskUse disk = DiskUse.of(config, vocabSize);
        StepTime time = measured ? StepTime.of(config, vocabSize) : null;
        return new TrainingPlan(vocabSize, parameters, trained, memory, memory.total() + BYTES_OF_JAVA,
                flopsPerToken * perStep, flopsPerToken * tokens, perStep, tokens, (double) tokens / text.train(), text,
                time, time == null ? null : seconds(config, text, time, (double) tokens / perStep, disk), disk);
    }

    private static Seconds seconds(RunConfig config, TextSize text, StepTime time, double wholeSteps,
                                   DiskUse disk) {
        TrainConfig train = config.train();
        double batches = 2 * (train.evalIters() > 0 ? train.evalIters()
                : Math.ceil((double) text.val() / config.model().gpt().blockSize() / train.batchSize()));
        double ofSample = train.sampleChars() * text.tokensPerCharacter() * time.sampled();
        return new Seconds(wholeSteps * time.step(),
                DiskUse.evaluations(train) * (batches * time.evalBatch() + ofSample),
                disk.saves() * disk.checkpoint() / BYTES_WRITTEN_A_SECOND);
    }
}
