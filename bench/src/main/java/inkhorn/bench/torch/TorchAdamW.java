package inkhorn.bench.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * torch's fastest AdamW on a processor: what Python's {@code clip_grad_norm_} and {@code AdamW(fused=True)} come down
 * to, the operators on whole lists of tensors. They are called by name, as the bindings leave out names with an
 * underscore.
 */
public final class TorchAdamW {
    private final OperatorHandle norms = operator("aten::_foreach_norm", "Scalar");
    private final OperatorHandle scale = operator("aten::_foreach_mul_", "Tensor");
    private final OperatorHandle count = operator("aten::_foreach_add_", "Scalar");
    private final OperatorHandle update = operator("aten::_fused_adamw_", "");
    private final Settings settings;
    private final List<Group> groups = new ArrayList<>();
    private final List<Tensor> parameters = new ArrayList<>();

    /**
     * What does not change from step to step.
     *
     * @param weightDecay of tensors of rank 2 and above
     * @param clip        largest global norm of the gradients
     */
    public record Settings(double beta1, double beta2, double eps, double weightDecay, double clip) {}

    /** Parameters with one weight decay, their moments and step counts. */
    private record Group(List<Tensor> parameters, double decay, List<Tensor> first, List<Tensor> second,
            List<Tensor> steps) {}

    public TorchAdamW(List<Tensor> parameters, Settings settings) {
        this.settings = settings;
        this.parameters.addAll(parameters);
        groups.add(group(parameters.stream().filter(p -> p.dim() >= 2).toList(), settings.weightDecay()));
        groups.add(group(parameters.stream().filter(p -> p.dim() < 2).toList(), 0));
    }

    private static Group group(List<Tensor> parameters, double decay) {
        List<Tensor> first = parameters.stream().map(torch::zeros_like).toList();
        List<Tensor> second = parameters.stream().map(torch::zeros_like).toList();
        List<Tensor> steps = parameters.stream().map(p -> torch.zeros(new long[0])).toList();
        return new Group(parameters, decay, first, second, steps);
    }

    private static OperatorHandle operator(String name, String overload) {
        return Dispatcher.singleton().findSchemaOrThrow(name, overload);
    }

    /** As {@code zero_grad(set_to_none=True)}. */
    public void zeroGrad() {
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach(p -> p.mutable_grad().reset());
        }
    }

    /** Clips by global norm and updates. */
    public void step(double lr) {
        try (PointerScope scope = new PointerScope(); NoGradGuard guard = new NoGradGuard()) {
            clip(gradients(parameters));
            for (Group group : groups) {
                count.callBoxed(stack(list(group.steps), new IValue(new Scalar(1.0))));
                update.callBoxed(stack(list(group.parameters), list(gradients(group.parameters)), list(group.first),
                        list(group.second), list(List.of()), list(group.steps), new IValue(lr),
                        new IValue(settings.beta1()), new IValue(settings.beta2()), new IValue(group.decay),
                        new IValue(settings.eps()), new IValue(false), new IValue(false), new IValue(), new IValue()));
            }
        }
    }

    private void clip(List<Tensor> gradients) {
        IValueVector stack = stack(list(gradients), new IValue(new Scalar(2.0)), new IValue());
        norms.callBoxed(stack);
        TensorVector each = stack.get(0).toTensorVector();
        Tensor total = torch.stack(each).norm();
        Tensor factor = total.add(new Scalar(1e-6)).reciprocal().mul(new Scalar(settings.clip()))
                .clamp_max(new Scalar(1.0));
        scale.callBoxed(stack(list(gradients), new IValue(factor)));
    }

    private static List<Tensor> gradients(List<Tensor> parameters) {
        return parameters.stream().map(Tensor::grad).toList();
    }

    private static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        tensors.forEach(t -> list.push_back(new IValue(t)));
        return new IValue(list);
    }

    private static IValueVector stack(IValue... arguments) {
        return new IValueVector(arguments);
    }
}
