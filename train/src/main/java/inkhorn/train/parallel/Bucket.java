package inkhorn.train.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * The unit of exchange: several small parameters, or a part of a large one. Each part of a large parameter holds
 * equally many elements of every process.
 */
record Bucket(int number, List<Piece> pieces) {

    /** Elements of an exchange: so many that latency hardly counts, so few that the first can leave early. */
    static final int ELEMENTS = 1 << 19;

    /** A part of a parameter: of the elements of each process the part {@code part} of {@code parts}. */
    record Piece(Shards shards, int parameter, int part, int parts) {
        int from(int rank) {
            return shards.from(parameter, rank) + cut(rank, part);
        }

        int size(int rank) {
            return cut(rank, part + 1) - cut(rank, part);
        }

        private int cut(int rank, int at) {
            return (int) ((long) shards.size(parameter, rank) * at / parts);
        }
    }

    /**
     * All of a model: its last parameters first, since a backward pass is done with them first.
     *
     * @param elements of each bucket, about
     */
    static List<Bucket> of(Shards shards, int elements) {
        List<Bucket> buckets = new ArrayList<>();
        List<Piece> open = new ArrayList<>();
        long size = 0;
        for (int i = shards.parameters().size() - 1; i >= 0; i--) {
            int ofParameter = shards.parameters().get(i).tensor().size();
            int parts = (ofParameter + elements - 1) / elements;
            for (int part = 0; part < parts; part++) {
                open.add(new Piece(shards, i, part, parts));
                size += ofParameter / parts;
                if (size >= elements || parts > 1) {
                    buckets.add(new Bucket(buckets.size(), List.copyOf(open)));
                    open.clear();
                    size = 0;
                }
            }
        }
        if (!open.isEmpty()) {
            buckets.add(new Bucket(buckets.size(), List.copyOf(open)));
        }
        return List.copyOf(buckets);
    }

    /** How many of its elements a process updates. */
    int size(int rank) {
        return pieces.stream().mapToInt(piece -> piece.size(rank)).sum();
    }
}
