package inkhorn.config;

import inkhorn.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An entry of {@code optim.groups}: in YAML {@code {params: "*.wte.*", lr_scale: 0.5, weight_decay: 0}}, as a text
 * {@code params=*.wte.* lr_scale=0.5 weight_decay=0}.
 *
 * @param params a pattern of parameters' names, in which {@code *} stands for any characters and {@code ?} for one
 * @param group  what is special about their updates
 */
public record GroupSpec(String params, ParameterGroup group) {
    static final String KEY = "optim.groups";

    /** @throws Scalar.Unfit saying what was found and what is allowed */
    static List<GroupSpec> all(List<String> texts) throws Scalar.Unfit {
        List<GroupSpec> specs = new ArrayList<>();
        for (String text : texts) {
            specs.add(parse(text));
        }
        return specs;
    }

    private static GroupSpec parse(String text) throws Scalar.Unfit {
        Map<String, String> values = new HashMap<>();
        for (String part : text.split(" +")) {
            int sign = part.indexOf('=');
            if (sign < 0 || sign == part.length() - 1
                    || values.put(part.substring(0, sign), part.substring(sign + 1)) != null) {
                throw unfit(text);
            }
        }
        String params = values.remove("params");
        Double lrScale = number(text, values.remove("lr_scale"));
        Double weightDecay = number(text, values.remove("weight_decay"));
        if (params == null || lrScale == null && weightDecay == null || !values.isEmpty()) {
            throw unfit(text);
        }
        return new GroupSpec(params, new ParameterGroup(lrScale == null ? 1 : lrScale, weightDecay));
    }

    private static Double number(String text, String value) throws Scalar.Unfit {
        if (value == null) {
            return null;
        }
        double number = new Scalar(value, false).decimal();
        if (number < 0) {
            throw unfit(text);
        }
        return number;
    }

    private static Scalar.Unfit unfit(String text) {
        return new Scalar.Unfit("found " + text + ", expected params=NAMES with lr_scale=NUMBER, weight_decay=NUMBER or"
                + " both, none below 0; such as params=*.wte.* lr_scale=0.5");
    }
}
