package inkhorn.generate;

import java.util.Locale;
import java.util.function.LongSupplier;

/** How fast logits come, of all that were computed through {@link #measured}. For one thread. */
public final class Speed {
    private final LongSupplier nanoTime;
    private long promptTokens;
    private double promptSeconds;
    private long tokens;
    private double seconds;
    private long bytes;
    private long readings;
    private double readingSeconds;

    public Speed() {
        this(System::nanoTime);
    }

    Speed(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The same logits, with a clock around each call. */
    public NextLogits measured(NextLogits logits) {
        return new Measured(logits);
    }

    /** Tokens of prompts a second until the logits after their last ones; 0 when there was none. */
    public double promptTokensPerSecond() {
        return promptSeconds == 0 ? 0 : promptTokens / promptSeconds;
    }

    /** Tokens a second after the prompts, of all sequences together, with what the caller did between them. */
    public double tokensPerSecond() {
        return seconds == 0 ? 0 : tokens / seconds;
    }

    /** Weights, keys and values read a second, over the steps that read them once; 0 without a cache. */
    public double bytesPerSecond() {
        return readingSeconds == 0 ? 0 : bytes / readingSeconds;
    }

    /** What a step reads of weights, keys and values, in the mean; 0 without a cache. */
    public long bytesOfStep() {
        return readings == 0 ? 0 : bytes / readings;
    }

    /**
     * One line for the user.
     *
     * @param bandwidth bytes a second that this machine reads of as much memory, as measured; 0 where it was not. One
     *     below what the model's own reading reached was measured while other programs worked: then the line has no
     *     share of it
     */
    public String describe(double bandwidth) {
        String line = String.format(Locale.ROOT, "prefill %d tokens, %.0f tokens/s; decode %d tokens, %.1f tokens/s",
                promptTokens, promptTokensPerSecond(), tokens, tokensPerSecond());
        if (bytesPerSecond() == 0) {
            return line;
        }
        line += String.format(Locale.ROOT, ", reads %.1f GB/s", bytesPerSecond() / 1e9);
        return bandwidth < bytesPerSecond() ? line
                : line + String.format(Locale.ROOT, ", %.0f %% of the measured %.1f",
                100 * bytesPerSecond() / bandwidth, bandwidth / 1e9);
    }

    /** Adds what each call takes to the sums around it. */
    private final class Measured implements NextLogits {
        private final NextLogits logits;
        private long last;

        Measured(NextLogits logits) {
            this.logits = logits;
        }

        @Override
        public float[][] start(int[][] prompts) {
            logits.next(new int[0], new int[0]);
            return join(prompts);
        }

        @Override
        public float[][] join(int[][] prompts) {
            long before = nanoTime.getAsLong();
            float[][] rows = logits.join(prompts);
            last = nanoTime.getAsLong();
            promptSeconds += (last - before) * 1e-9;
            for (int[] prompt : prompts) {
                promptTokens += prompt.length;
            }
            return rows;
        }

        @Override
        public float[][] next(int[] parents, int[] ids) {
            long before = nanoTime.getAsLong();
            float[][] rows = logits.next(parents, ids);
            long now = nanoTime.getAsLong();
            // Before its first prompt, a batch goes on with no text.
            seconds += ids.length == 0 ? 0 : (now - last) * 1e-9;
            last = now;
            tokens += ids.length;
            long read = logits instanceof CachedLogits cached ? cached.bytesRead() : 0;
            if (read > 0) {
                bytes += read;
                readings++;
                readingSeconds += (now - before) * 1e-9;
            }
            return rows;
        }

        @Override
        public void close() {
            logits.close();
        }
    }
}
