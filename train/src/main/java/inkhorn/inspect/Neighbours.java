package inkhorn.inspect;

import inkhorn.autograd.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The nearest neighbours of a token: the tokens whose embeddings have the largest cosine with its own. */
public final class Neighbours {
    private Neighbours() {}

    /**
     * A neighbour and its similarity.
     *
     * @param cosine of the angle between the two embeddings, from -1 to 1; 0 where one of them is all zeros
     */
    public record Neighbour(int id, double cosine) {}

    /**
     * The nearest other tokens, nearest first, ties by lowest id.
     *
     * @param table (V, C), a row for each token
     * @param id    in 0 … V-1
     * @param top   how many at most
     */
    public static List<Neighbour> of(Tensor table, int id, int top) {
        int channels = table.shape().last();
        double own = Math.sqrt(product(table, id, id, channels));
        return IntStream.range(0, table.shape().dim(0)).filter(other -> other != id).parallel()
                .mapToObj(other -> new Neighbour(other, cosine(table, id, other, channels, own)))
                .sorted(Comparator.comparingDouble((Neighbour n) -> -n.cosine()).thenComparingInt(Neighbour::id))
                .limit(top).toList();
    }

    private static double cosine(Tensor table, int a, int b, int channels, double lengthOfA) {
        double lengths = lengthOfA * Math.sqrt(product(table, b, b, channels));
        return lengths == 0 ? 0 : product(table, a, b, channels) / lengths;
    }

    private static double product(Tensor table, int a, int b, int channels) {
        float[] values = table.data();
        double sum = 0;
        for (int c = 0; c < channels; c++) {
            sum += (double) values[a * channels + c] * values[b * channels + c];
        }
        return sum;
    }
}
