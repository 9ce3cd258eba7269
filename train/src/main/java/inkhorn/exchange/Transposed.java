package inkhorn.exchange;

/** Matrices as a torch Linear has them, (outputs, inputs), of those that GPT-2 has, (inputs, outputs), and back. */
final class Transposed {
    private Transposed() {}

    /**
     * @param matrix row-major (rows, columns)
     * @return row-major (columns, rows)
     */
    static float[] of(float[] matrix, int rows, int columns) {
        float[] transposed = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
        return transposed;
    }
}
