package inkhorn.nn;

import inkhorn.autograd.Tensor;

/**
 * Is shown what a forward pass computes on its way, in order: for each block the residual stream that enters it and its attention;
 * at last the stream that leaves the last block. The tensors may be reused as soon as a method returns: copy what is to be kept.
 */
public interface ForwardObserver {

    /** Looks at nothing; a pass has it unless it was made with another. */
    ForwardObserver NONE = new ForwardObserver() {
        @Override
        public void stream(Tensor x) {
        }

        @Override
        public void attention(Tensor qkv, Tensor mixed) {
        }
    };

    /** @param x the residual stream (B, T, C) before a block, or before the last layer norm */
    void stream(Tensor x);

    /**
     * @param qkv   queries, keys and values, concatenated (B, T, 3C), heads side by side in each
     * @param mixed what each head makes of the values (B, T, C), before the projection
     */
    void attention(Tensor qkv, Tensor mixed);
}
