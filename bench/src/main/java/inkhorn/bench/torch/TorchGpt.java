package inkhorn.bench.torch;

import inkhorn.bench.ModelCase;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.nn.GptConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * nanoGPT's model.py on libtorch, operator by operator as Python would call them. Each method frees its temporaries at
 * its end, as Python's functions do; names are Inkhorn's, linear weights are (out, in) as torch has them.
 */
public final class TorchGpt {
    private static final long MEAN = 1;
    private static final long NO_TARGET = -100;

    private static final long FLASH = 1;

    private final GptConfig config;
    private final boolean autocasts;
    private double dropout;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Tensor positions;

    /**
     * With weights of std 0.02.
     *
     * @param autocasts whether products and attention are computed in bfloat16
     */
    public TorchGpt(ModelCase model, boolean autocasts) {
        config = model.config();
        this.autocasts = autocasts;
        long channels = config.nEmbd();
        weight("transformer.wte.weight", config.vocabSize(), channels);
        weight("transformer.wpe.weight", config.blockSize(), channels);
        for (int i = 0; i < config.nLayer(); i++) {
            String block = "transformer.h." + i;
            norm(block + ".ln_1", channels);
            linear(block + ".attn.c_attn", channels, 3 * channels);
            linear(block + ".attn.c_proj", channels, channels);
            norm(block + ".ln_2", channels);
            linear(block + ".mlp.c_fc", channels, config.hiddenWidth());
            linear(block + ".mlp.c_proj", config.hiddenWidth(), channels);
        }
        norm("transformer.ln_f", channels);
        positions = Tensor.create(LongStream.range(0, config.blockSize()).toArray());     // (T)
    }

    private void linear(String name, long in, long out) {
        weight(name + ".weight", out, in);
        if (config.bias()) {
            parameters.put(name + ".bias", torch.zeros(out).requires_grad_(true));
        }
    }

    private void norm(String name, long channels) {
        parameters.put(name + ".weight", torch.ones(channels).requires_grad_(true));
        if (config.bias()) {
            parameters.put(name + ".bias", torch.zeros(channels).requires_grad_(true));
        }
    }

    private void weight(String name, long rows, long columns) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(rows, columns).mul_(new org.bytedeco.pytorch.Scalar(0.02)).requires_grad_(true);
            parameters.put(name, weight.retainReference());
        }
    }

    /** Every trained tensor by name; the head is the token table. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** Takes Inkhorn's weights, each by its name and in Inkhorn's layout. */
    public void copy(Function<String, NamedTensor> weights) {
        try (PointerScope scope = new PointerScope(); NoGradGuard guard = new NoGradGuard()) {
            for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
                NamedTensor read = weights.apply(parameter.getKey());
                long[] shape = Arrays.stream(read.shape()).asLongStream().toArray();
                Tensor values = Tensor.create(read.data(), shape);
                boolean isLinear = parameter.getKey().contains(".h.") && shape.length == 2;
                parameter.getValue().copy_(isLinear ? values.t() : values);
            }
        }
    }

    /** The mean cross-entropy in training; ids and targets are (B, T) of int64. */
    public Tensor loss(Tensor ids, Tensor targets) {
        return loss(ids, targets, true);
    }

    /** As above. Where nothing is trained, there is no dropout. */
    public Tensor loss(Tensor ids, Tensor targets, boolean trains) {
        dropout = trains ? config.dropout() : 0;
        autocast(autocasts);
        try {
            return meanLoss(ids, targets);
        } finally {
            autocast(false);
        }
    }

    /**
     * Enters or leaves {@code torch.autocast("cpu", dtype=torch.bfloat16)}, which is a dispatch key that is excluded
     * elsewhere: the bindings leave out {@code set_autocast_enabled}, and bfloat16 is the processor's default there.
     */
    private static void autocast(boolean enabled) {
        torch.tls_set_dispatch_key_excluded(torch.DispatchKey.AutocastCPU, !enabled);
    }

    private Tensor meanLoss(Tensor ids, Tensor targets) {
        return scoped(() -> {
            Tensor logits = scoped(() -> logits(ids)).view(-1, config.vocabSize());     // (B·T, V)
            return torch.cross_entropy_loss(logits, targets.view(-1), none(), MEAN, NO_TARGET, 0);
        });
    }

    private Tensor logits(Tensor ids) {
        Tensor x = scoped(() -> dropout(torch.embedding(parameters.get("transformer.wte.weight"), ids)
                .add(torch.embedding(parameters.get("transformer.wpe.weight"),
                        positions.narrow(0, 0, ids.size(1))))));      // (B, T, C)
        for (int i = 0; i < config.nLayer(); i++) {
            String block = "transformer.h." + i;
            Tensor in = x;
            Tensor middle = scoped(() -> in.add(attention(block + ".attn", norm(block + ".ln_1", in))));
            in.close();
            x = scoped(() -> middle.add(mlp(block + ".mlp", norm(block + ".ln_2", middle))));
            middle.close();
        }
        return torch.linear(norm("transformer.ln_f", x), factor("transformer.wte.weight"));
    }

    private Tensor attention(String name, Tensor x) {
        return scoped(() -> {
            TensorVector qkv = linear(name + ".c_attn", x).split(config.nEmbd(), 2);
            Tensor y = torch.scaled_dot_product_attention(heads(qkv.get(0)), heads(qkv.get(1)),
                    heads(qkv.get(2)), none(),
                    dropout, true, new DoubleOptional(), false);               // (B, H, T, D)
            Tensor joined = y.transpose(1, 2).contiguous().view(x.size(0), x.size(1), config.nEmbd());
            return dropout(linear(name + ".c_proj", joined));
        });
    }

    /**
     * Which kernel libtorch itself chooses for this model's attention: on a processor, flash is for attention without
     * dropout.
     */
    public String attentionKernel() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.zeros(1, config.nHead(), config.blockSize(), config.headSize());       // (1, H, T, D)
            IValueVector stack = new IValueVector(new IValue(x), new IValue(x), new IValue(x), new IValue(),
                    new IValue(config.dropout()), new IValue(true), new IValue(), new IValue(false));
            Dispatcher.singleton().findSchemaOrThrow("aten::_fused_sdp_choice", "").callBoxed(stack);
            return stack.get(0).toInt() == FLASH ? "flash" : "plain";
        }
    }

    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), config.nHead(), config.headSize()).transpose(1, 2);
    }

    private Tensor mlp(String name, Tensor x) {
        return scoped(() -> dropout(linear(name + ".c_proj", torch.gelu(linear(name + ".c_fc", x)))));
    }

    private Tensor linear(String name, Tensor x) {
        Tensor bias = factor(name + ".bias");
        return torch.linear(x, factor(name + ".weight"), bias == null ? none() : new TensorOptional(bias));
    }

    private Tensor norm(String name, Tensor x) {
        return torch.layer_norm(x, new long[] {config.nEmbd()}, optional(name + ".weight"), optional(name + ".bias"),
                config.layerNormEps(), false);
    }

    private Tensor dropout(Tensor x) {
        return dropout == 0 ? x : torch.dropout(x, dropout, true);
    }

    /**
     * What autocast casts. It would keep the bfloat16 copy of a parameter until Python leaves the context, which the
     * bindings cannot tell it; it keeps none of a view. Python's context casts each of these once a step too.
     */
    private Tensor factor(String name) {
        Tensor parameter = parameters.get(name);
        return parameter == null || !autocasts ? parameter : parameter.view_as(parameter);
    }

    private TensorOptional optional(String name) {
        Tensor tensor = parameters.get(name);
        return tensor == null ? none() : new TensorOptional(tensor);
    }

    private static TensorOptional none() {
        return new TensorOptional();
    }

    /** Frees what the body makes, but for its result, which goes to the scope around. */
    private static Tensor scoped(Supplier<Tensor> body) {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope inner = new PointerScope()) {
            Tensor result = body.get();
            outer.attach(result);
            return result;
        }
    }
}
