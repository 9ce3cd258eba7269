package inkhorn.example;

import inkhorn.autograd.Tensor;

/** The README's example of the engine alone. */
final class TrainALine {

    private TrainALine() {
    }

    /** Fits y = w·x to points on y = 3·x. */
    static float slope() {
        // README: from here
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 4, 1);
        Tensor y = Tensor.of(new float[] {3, 6, 9, 12}, 4, 1);
        Tensor w = Tensor.variable(new float[] {0}, 1, 1);
        for (int step = 0; step < 100; step++) {
            Tensor loss = x.matmul(w).sub(y).pow(2).mean();
            w.zeroGrad();
            loss.backward();
            w.data()[0] -= 0.05f * w.grad()[0];
        }
        // README: to here
        return w.data()[0];
    }
}
