package inkhorn.nn.hf;

import inkhorn.autograd.Tensor;
import inkhorn.nn.StateDict.Stored;
import java.util.List;

/**
 * A tensor of an architecture's files: one of the model's as it is, or some of its columns as rows.
 *
 * @param name in the file, in full
 * @param shape in the file
 * @param isTransposed whether it lies there as a torch Linear has it, (outputs, inputs), which is (inputs, outputs) in
 *     the model
 * @param from the first column of the model's tensor that it holds, where it is transposed
 */
record FileTensor(String name, int[] shape, boolean isTransposed, int from) {

    /** The model's tensor as it is. */
    static FileTensor same(String name, int... shape) {
        return new FileTensor(name, shape, false, 0);
    }

    /** Columns of the model's matrix, which has so many rows. */
    static FileTensor columns(String name, int rows, int from, int count) {
        return new FileTensor(name, new int[] {count, rows}, true, from);
    }

    /** It with the values of the model's tensor: that itself where nothing is moved. */
    Tensor of(Tensor own) {
        if (!isTransposed) {
            return own;
        }
        float[] values = new float[shape[0] * shape[1]];
        Transposed.columns(own.data(), own.shape().last(), from, values);
        return Tensor.of(values, shape);
    }

    /** As {@link #of(Tensor)}, read only later. */
    Stored of(Stored own) {
        return isTransposed ? Transposed.columns(own, from, shape[0]) : own;
    }

    /** The model's tensor of all that hold a part of it, in the order of {@link Architecture#tensors}. */
    static Stored joined(List<FileTensor> tensors, List<Stored> inFile) {
        return tensors.get(0).isTransposed ? Transposed.sideBySide(inFile) : inFile.get(0);
    }
}
