package inkhorn.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Prompts with their completions, as ids. Each is a row of its own, from position 0 on as when it is written: the
 * targets are the completion's tokens, those of the prompt and the padding behind the end are −1. A row has as many
 * tokens as the longest example needs, at most block_size; what is longer is cut at its end, and left out where nothing
 * of the completion remains. Safe from any number of threads.
 */
public final class Examples implements DataSplit {
    private static final int IGNORED = -1;

    private final TokenFile ids;
    private final long[] starts;
    private final int[] prompts;

    /**
     * What becomes of examples in rows of at most block_size tokens.
     *
     * @param used    numbers of the examples that are used
     * @param cut     how many of these lose the end of their completion
     * @param leftOut how many have a prompt that fills the row
     * @param rowSize T, tokens of a row
     */
    public record Fit(int[] used, int cut, int leftOut, int rowSize) {
    }

    /**
     * Examples as they are prepared.
     *
     * @param ids     prompt and completion of each, one after the other
     * @param lengths two numbers for each: tokens of the prompt, at least 1, and of the completion, at least 1
     * @throws DataException if the two files do not belong together
     */
    public Examples(TokenFile ids, TokenFile lengths) {
        this.ids = ids;
        int count = (int) (lengths.length() / 2);
        starts = new long[count + 1];
        prompts = new int[count];
        boolean fits = lengths.length() % 2 == 0;
        for (int i = 0; i < count; i++) {
            prompts[i] = lengths.get(2L * i);
            int completion = lengths.get(2L * i + 1);
            fits &= prompts[i] > 0 && completion > 0;
            starts[i + 1] = starts[i] + prompts[i] + completion;
        }
        if (!fits || starts[count] != ids.length()) {
            throw new DataException(lengths.path() + ": the lengths of its examples are not those of " + ids.path()
                    + "; prepare the data again");
        }
    }

    public int count() {
        return prompts.length;
    }

    /** The ids of a prompt, to be written on from. */
    public int[] prompt(int example) {
        int[] prompt = new int[prompts[example]];
        ids.read(starts[example], prompt, 0, prompt.length);
        return prompt;
    }

    /** A line for people about examples that do not fit; empty where all do. */
    public static Optional<String> cut(long examples, int cut, int leftOut, int blockSize) {
        if (cut + leftOut == 0) {
            return Optional.empty();
        }
        return Optional.of(String.format(Locale.ROOT, "of %,d examples, %,d are longer than model.block_size %,d and "
                + "lose the end of their completion; %,d are left out, since their prompts are as long as that",
                examples, cut, blockSize, leftOut));
    }

    /** How the examples fit into a model's context. */
    public Fit fit(int blockSize) {
        int[] used = IntStream.range(0, count()).filter(i -> prompts[i] <= blockSize).toArray();
        int cut = (int) Arrays.stream(used).filter(i -> inputs(i) > blockSize).count();
        int longest = Arrays.stream(used).map(this::inputs).max().orElse(0);
        return new Fit(used, cut, count() - used.length, Math.min(longest, blockSize));
    }

    /** The last token is predicted only. */
    private int inputs(int example) {
        return (int) Math.min(Integer.MAX_VALUE, starts[example + 1] - starts[example] - 1);
    }

    /** Every example once, in an order drawn anew, before any comes again. */
    @Override
    public BatchSource random(int batchSize, int blockSize, BatchSampler.Draw draw) {
        Fit fit = usable(blockSize);
        return new Shuffled(batchSize, fit, draw, 0);
    }

    @Override
    public BatchSequence inOrder(int batchSize, int blockSize) {
        return new InOrder(batchSize, usable(blockSize));
    }

    private Fit usable(int blockSize) {
        Fit fit = fit(blockSize);
        if (fit.used().length == 0) {
            throw new DataException(ids.path() + ": the prompt of each of the " + count() + " examples is longer than "
                    + "model.block_size " + blockSize + ", so nothing of a completion is left; use shorter prompts or "
                    + "a model with a larger block_size");
        }
        return fit;
    }

    private void read(int example, int rowSize, int[] inputs, int[] targets, int at) {
        int length = Math.min(inputs(example), rowSize);
        int ignored = prompts[example] - 1;
        ids.read(starts[example], inputs, at, length);
        ids.read(starts[example] + 1, targets, at, length);
        Arrays.fill(targets, at, at + ignored, IGNORED);
        Arrays.fill(inputs, at + length, at + rowSize, 0);
        Arrays.fill(targets, at + length, at + rowSize, IGNORED);
    }

    private final class Shuffled implements BatchSource {
        private final int batchSize;
        private final Fit fit;
        private final BatchSampler.Draw draw;
        /** Number of the first example of batch 0, below 0 where the batches before this source were smaller. */
        private final long first;
        /** Of the epoch read last; a function of its number. */
        private volatile Epoch epoch;

        private record Epoch(long number, int[] order) {
        }

        Shuffled(int batchSize, Fit fit, BatchSampler.Draw draw, long first) {
            this.batchSize = batchSize;
            this.fit = fit;
            this.draw = draw;
            this.first = first;
            epoch = epoch(0);
        }

        @Override
        public BatchSource startingAt(long batch, long sequences) {
            return new Shuffled(batchSize, fit, draw, sequences - batch * batchSize);
        }

        /** Fisher and Yates's shuffle. */
        private Epoch epoch(long number) {
            int[] order = fit.used().clone();
            for (int i = order.length - 1; i > 0; i--) {
                int other = (int) draw.below(i + 1L, number, i);
                int swapped = order[i];
                order[i] = order[other];
                order[other] = swapped;
            }
            return new Epoch(number, order);
        }

        private int example(long number) {
            Epoch now = epoch;
            long wanted = number / fit.used().length;
            if (now.number() != wanted) {
                now = epoch(wanted);
                epoch = now;
            }
            return now.order()[(int) (number % fit.used().length)];
        }

        @Override
        public int batchSize() {
            return batchSize;
        }

        @Override
        public int blockSize() {
            return fit.rowSize();
        }

        @Override
        public void fill(long step, int[] inputs, int[] targets) {
            requireSizes(inputs, targets);
            for (int row = 0; row < batchSize; row++) {
                read(example(first + step * batchSize + row), fit.rowSize(), inputs, targets, row * fit.rowSize());
            }
        }
    }

    private final class InOrder implements BatchSequence {
        private final int batchSize;
        private final Fit fit;

        InOrder(int batchSize, Fit fit) {
            this.batchSize = batchSize;
            this.fit = fit;
        }

        @Override
        public long batchCount() {
            return (fit.used().length + batchSize - 1L) / batchSize;
        }

        @Override
        public Batch batch(long index) {
            if (index < 0 || index >= batchCount()) {
                throw new IndexOutOfBoundsException("batch " + index + " of " + batchCount());
            }
            int first = (int) (index * batchSize);
            int rows = Math.min(batchSize, fit.used().length - first);
            int[] inputs = new int[rows * fit.rowSize()];
            int[] targets = new int[rows * fit.rowSize()];
            for (int row = 0; row < rows; row++) {
                read(fit.used()[first + row], fit.rowSize(), inputs, targets, row * fit.rowSize());
            }
            return new Batch(inputs, targets, rows, fit.rowSize());
        }
    }
}
