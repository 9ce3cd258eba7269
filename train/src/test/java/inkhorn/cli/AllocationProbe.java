package inkhorn.cli;

import com.sun.management.ThreadMXBean;
import inkhorn.autograd.kernel.JdkVectorModule;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.nn.LanguageModel;
import inkhorn.train.Models;
import inkhorn.train.PeakMeter;
import inkhorn.train.TrainEvent;
import inkhorn.train.Trainer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Trains with a config on a text made here and prints the bytes that all threads of this JVM together have allocated on
 * the heap for each training step, after {@code warm-up} steps. Arguments: config, directory to write to, steps of
 * warm-up, steps to measure, and an optimizer where it is not AdamW.
 */
final class AllocationProbe {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationProbe() {
    }

    public static void main(String[] args) {
        JdkVectorModule.load();
        Path directory = Path.of(args[1]);
        int warmUp = Integer.parseInt(args[2]);
        int measured = Integer.parseInt(args[3]);
        RunConfig config = ConfigLoader.load(Path.of(args[0]), Map.of(
                "train.max_iters", String.valueOf(warmUp + measured), "train.eval_interval", "0",
                "train.checkpoint_interval", "0", "optim.optimizer", args.length > 4 ? args[4] : "adamw"));
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
        PreparedData data = new Preparation(directory).prepare(Corpus.of("made-up", "made-up", text()),
                PreparationSpec.of(TokenizerSpec.of("char"), 0.1, 1), ByteProgress.NONE);
        LanguageModel model = Models.create(config.model(), data.tokenizer().vocabSize(), 1);
        Meter meter = new Meter(warmUp, measured);
        new Trainer(config, model, data, PeakMeter.none(), () -> false, meter).run();
        System.out.println(meter.bytesPerStep());
    }

    /** 65 different characters, as in Shakespeare. */
    private static String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append((char) ('A' + (i * 31 + i / 7) % 65));
        }
        return text.toString();
    }

    private static long allocated() {
        // -1 for a thread that has just ended.
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0).sum();
    }

    /** Reads the counters between steps. */
    private static final class Meter implements Consumer<TrainEvent> {

        private final int warmUp;
        private final int measured;
        private long before;
        private long after;

        Meter(int warmUp, int measured) {
            this.warmUp = warmUp;
            this.measured = measured;
        }

        long bytesPerStep() {
            return (after - before) / measured;
        }

        @Override
        public void accept(TrainEvent event) {
            if (event instanceof TrainEvent.Stepped done) {
                if (done.step() == warmUp) {
                    before = allocated();
                } else if (done.step() == warmUp + measured) {
                    after = allocated();
                }
            } else if (!(event instanceof TrainEvent.CheckpointDue)) {      // at the end, after the last reading
                throw new IllegalStateException(event + " is no training step");
            }
        }
    }
}
