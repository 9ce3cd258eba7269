package inkhorn.nn;

import inkhorn.autograd.Tensor;

/** The position table of Vaswani et al. 2017, 3.5. */
final class Sinusoids {
    private Sinusoids() {}

    /**
     * {@code sin(t / 10000^(i/C))} in even channels i, the cosine in odd ones, all divided by √C: the paper multiplies
     * token embeddings by √C before adding (3.4), and dividing the table instead keeps the tokens as GPT-2 stores them.
     *
     * @return (T, C)
     */
    static Tensor table(int time, int channels) {
        Tensor table = Tensor.zeros(time, channels);
        float[] values = table.data();
        for (int i = 0; i < values.length; i++) {
            int c = i % channels;
            int even = c / 2 * 2;
            double angle = i / channels / StrictMath.pow(10_000, (double) even / channels);
            double wave = c == even ? StrictMath.sin(angle) : StrictMath.cos(angle);
            values[i] = (float) (wave / Math.sqrt(channels));
        }
        return table;
    }
}
