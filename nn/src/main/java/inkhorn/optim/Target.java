package inkhorn.optim;

import inkhorn.autograd.Shape;
import inkhorn.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * What an optimizer updates of a parameter: all of it, or where several processes share the work (Rajbhandari et al.
 * 2020, ZeRO stage 1) those of its elements that this process updates.
 *
 * @param parameter one that is trained
 * @param from      first element, row-major
 * @param size      elements; fewer than all only for an optimizer that updates each by itself, see
 *     {@link Optimizers#updatesWhole}
 * @param group     what is special about its updates
 */
public record Target(Parameter parameter, int from, int size, ParameterGroup group) {

    /** @throws IllegalArgumentException when the elements are not all in the parameter */
    public Target {
        if (from < 0 || size < 0 || from + size > parameter.tensor().size()) {
            throw new IllegalArgumentException("elements " + from + " to " + (from + size) + " are not all in "
                    + parameter.name() + " " + parameter.tensor().shape());
        }
    }

    /** Everything that is trained of these parameters. */
    static List<Target> all(List<Parameter> parameters, Map<String, ParameterGroup> groups) {
        return parameters.stream().filter(p -> p.tensor().needsGrad())
                .map(p -> new Target(p, 0, p.tensor().size(), groups.getOrDefault(p.name(), ParameterGroup.USUAL)))
                .toList();
    }

    /** Whether it is all of the parameter. */
    public boolean isWhole() {
        return size == parameter.tensor().size();
    }

    /** That of its moments: the parameter's own, or (size) of a part. */
    Shape shape() {
        return isWhole() ? parameter.tensor().shape() : Shape.of(size);
    }

    float[] weights() {
        return parameter.tensor().data();
    }

    float[] gradient() {
        return parameter.tensor().grad();
    }
}
