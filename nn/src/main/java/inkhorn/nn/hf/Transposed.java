package inkhorn.nn.hf;

import inkhorn.nn.StateDict.Stored;
import java.util.Arrays;
import java.util.List;

/** Matrices as a torch Linear has them, (outputs, inputs), of those that GPT-2 has, (inputs, outputs), and back. */
public final class Transposed {
    private Transposed() {}

    /**
     * A transposed copy.
     *
     * @param matrix row-major (rows, columns)
     * @return row-major (columns, rows)
     */
    public static float[] of(float[] matrix, int rows, int columns) {
        float[] transposed = new float[matrix.length];
        columns(matrix, columns, 0, transposed);
        return transposed;
    }

    /** The columns of a matrix from one on, as rows; as many as fill the target. */
    static void columns(float[] matrix, int columns, int from, float[] target) {
        int rows = matrix.length / columns;
        int count = target.length / rows;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < count; column++) {
                target[column * rows + row] = matrix[row * columns + from + column];
            }
        }
    }

    /** A matrix of a file, (rows, columns), seen as (columns, rows). */
    public static Stored of(Stored matrix) {
        return sideBySide(List.of(matrix));
    }

    /** Some columns of a matrix (rows, columns), seen as (count, rows). */
    static Stored columns(Stored matrix, int from, int count) {
        int rows = matrix.shape()[0];
        return new Whole(count, rows) {
            @Override
            void fill(float[] target) {
                Transposed.columns(values(matrix), matrix.shape()[1], from, target);
            }
        };
    }

    /** Matrices (rows, columns) of equally many columns, seen as (columns, rows of all): their transposes in a row. */
    static Stored sideBySide(List<Stored> matrices) {
        int width = matrices.stream().mapToInt(matrix -> matrix.shape()[0]).sum();
        return new Whole(matrices.get(0).shape()[1], width) {
            @Override
            void fill(float[] target) {
                int first = 0;
                for (Stored matrix : matrices) {
                    int rows = matrix.shape()[0];
                    int columns = matrix.shape()[1];
                    float[] values = values(matrix);
                    for (int row = 0; row < rows; row++) {
                        for (int column = 0; column < columns; column++) {
                            target[column * width + first + row] = values[row * columns + column];
                        }
                    }
                    first += rows;
                }
            }
        };
    }

    private static float[] values(Stored matrix) {
        float[] values = new float[Arrays.stream(matrix.shape()).reduce(1, Math::multiplyExact)];
        matrix.read(0, values);
        return values;
    }

    /** A matrix that is computed whole when its first part is read, and kept until its last is. */
    private abstract static class Whole implements Stored {
        private final int rows;
        private final int columns;
        private float[] kept;

        Whole(int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
        }

        /** Computes all values. */
        abstract void fill(float[] target);

        @Override
        public int[] shape() {
            return new int[] {rows, columns};
        }

        @Override
        public void read(int from, float[] target) {
            int size = Math.multiplyExact(rows, columns);
            if (target.length == size) {
                fill(target);
                return;
            }
            if (kept == null) {
                kept = new float[size];
                fill(kept);
            }
            System.arraycopy(kept, from, target, 0, target.length);
            if (from + target.length == size) {
                kept = null;
            }
        }
    }
}
