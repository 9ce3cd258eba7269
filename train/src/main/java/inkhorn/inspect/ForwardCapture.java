package inkhorn.inspect;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.ForwardHook;
import inkhorn.nn.Gpt;
import inkhorn.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one forward pass of a model computes on its way, copied out. The pass is the model's own; nothing is computed
 * a second time or in another way.
 *
 * @param ids     T tokens
 * @param streams L + 1 residual streams (T·C): before each block, and after the last
 * @param qkv     of each layer queries, keys and values as the heads read them (T·3C, or less with shared heads)
 * @param mixed   of each layer what its heads make of the values (T·C)
 * @param logits  (T·V)
 */
public record ForwardCapture(Gpt model, int[] ids, List<float[]> streams, List<float[]> qkv, List<float[]> mixed,
                             float[] logits) {
    /** @throws IllegalArgumentException when there are no tokens, or more than the model's block size */
    public static ForwardCapture of(Gpt model, int[] ids) {
        List<float[]> streams = new ArrayList<>();
        List<float[]> qkv = new ArrayList<>();
        List<float[]> mixed = new ArrayList<>();
        ForwardHook copies = step -> {
            if (step.name().endsWith("transformer.wte") || step.name().endsWith(".+ mlp")) {
                streams.add(copy(step.value()));
            } else if (step.name().endsWith("wte + wpe")) {
                streams.set(0, copy(step.value()));
            } else if (step.name().endsWith("attn.c_attn")) {
                qkv.add(copy(step.value()));
            } else if (step.name().contains("attn.c_attn ")) {      // normed or rotated
                qkv.set(qkv.size() - 1, copy(step.value()));
            } else if (step.name().endsWith("attn heads joined")) {
                mixed.add(copy(step.value()));
            }
        };
        try (NoGrad off = NoGrad.open(); Scope pass = Scope.open()) {
            Tensor logits = model.logits(IntTensor.of(ids, 1, ids.length), Pass.observed(copies));
            return new ForwardCapture(model, ids.clone(), streams, qkv, mixed, copy(logits));
        }
    }

    private static float[] copy(Tensor x) {
        return Arrays.copyOf(x.data(), x.size());
    }

    public HeadStages head(int layer, int head) {
        return HeadStages.of(qkv.get(layer), ids.length, model.gptConfig(), layer, head);
    }
}
