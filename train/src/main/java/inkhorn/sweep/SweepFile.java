package inkhorn.sweep;

import inkhorn.config.ConfigKeys;
import inkhorn.config.Nearest;
import inkhorn.config.RunIdentity;
import inkhorn.config.UserError;
import inkhorn.config.YamlTree;
import inkhorn.config.YamlTree.Group;
import inkhorn.config.YamlTree.Items;
import inkhorn.config.YamlTree.Node;
import inkhorn.config.YamlTree.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Reads what a sweep is to try from a YAML file, and reports everything wrong at once. */
final class SweepFile {

    private static final Set<String> KEYS = Set.of("config", "name", "out", "method", "runs", "seed", "parallel",
            "objective", "halving", "keys");
    private static final Set<String> OF_THE_SWEEP = Set.of("run.name", "run.out");
    private static final int MOST_RUNS = 10_000;

    private final Path file;
    private final Map<String, Node> root;
    private final List<String> problems = new ArrayList<>();

    private SweepFile(Path file, Map<String, Node> root) {
        this.file = file;
        this.root = root;
    }

    /** @throws UserError with every problem found, one line each */
    static SweepSpec read(Path file) {
        SweepFile source = new SweepFile(file, YamlTree.read(file).keys());
        SweepSpec spec = source.spec();
        if (!source.problems.isEmpty()) {
            throw new UserError(source.problems);
        }
        return spec;
    }

    private SweepSpec spec() {
        root.forEach((key, node) -> known(key, node, KEYS, "", "the keys of a sweep are "));
        String config = text("config", "", "the config that is varied, such as configs/shakespeare-char-tiny.yaml");
        String name = text("name", stem(), null);
        SweepSpec.Method method = word("method", SweepSpec.Method.GRID, SweepSpec.Method.values());
        SweepSpec.Objective objective = word("objective", SweepSpec.Objective.VAL_LOSS, SweepSpec.Objective.values());
        int parallel = (int) whole(root, "", "parallel", 1, 1, 1024);
        boolean isRandom = method == SweepSpec.Method.RANDOM;
        if (isRandom && !root.containsKey("runs")) {
            problem(root.get("method"), "runs", "found nothing, expected how many runs method: random draws");
        }
        for (String key : List.of("runs", "seed")) {
            if (!isRandom && root.containsKey(key)) {
                problem(root.get(key), key, "has no effect with method: " + method.word() + ", which draws nothing;"
                        + " leave it out, or set method: random");
            }
        }
        int runs = (int) whole(root, "", "runs", 1, 1, MOST_RUNS);
        long seed = whole(root, "", "seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        Map<String, Choice> choices = choices(method);
        if (name.isBlank() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
            problem(root.get("name"), "name", "found " + name + ", expected a name usable as a directory");
        }
        Path out = Path.of(text("out", RunIdentity.PARENT.resolve(name).toString(), null));
        return new SweepSpec(file, Path.of(config), name, out, method, runs, seed, parallel, objective, halving(),
                choices);
    }

    private Halving halving() {
        if (!root.containsKey("halving")) {
            return null;
        }
        Node node = root.get("halving");
        if (!(node instanceof Group group)) {
            problem(node, "halving", "expected keys, such as {eta: 3, min_iters: 200}");
            return null;
        }
        Set<String> keys = Set.of("eta", "min_iters");
        group.keys().forEach((key, value) -> known(key, value, keys, "halving.", "the keys of halving are "));
        if (!group.keys().containsKey("min_iters")) {
            problem(group, "halving.min_iters", "found nothing, expected the steps after which the first runs end");
        }
        return new Halving((int) whole(group.keys(), "halving.", "eta", 3, 2, 100),
                whole(group.keys(), "halving.", "min_iters", 1, 1, Integer.MAX_VALUE));
    }

    private Map<String, Choice> choices(SweepSpec.Method method) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        if (!(root.get("keys") instanceof Group keys) || keys.keys().isEmpty()) {
            problem(root.get("keys"), "keys", "expected keys with lists of values, such as optim.lr: [1e-3, 2e-3]");
            return choices;
        }
        keys.keys().forEach((key, node) -> {
            Choice choice = OF_THE_SWEEP.contains(key) ? refused(key, node) : choice(key, node, method);
            if (choice != null) {
                choices.put(key, choice);
            }
        });
        return choices;
    }

    private Choice refused(String key, Node node) {
        problem(node, key, "a sweep names its runs and their directories itself; leave the key out");
        return null;
    }

    private Choice choice(String key, Node node, SweepSpec.Method method) {
        if (!ConfigKeys.names().contains(key)) {
            String nearest = ConfigKeys.nearest(key);
            problem(node, key, "unknown key" + (nearest == null ? "; docs/config.md lists the keys"
                    : "; did you mean " + nearest + "?"));
            return null;
        }
        if (node instanceof Group range) {
            return method == SweepSpec.Method.RANDOM ? range(key, range) : notRandom(key, node, method);
        }
        List<String> values = new ArrayList<>();
        for (Node item : node instanceof Items items ? items.items() : List.of(node)) {
            if (item instanceof Text text) {
                values.add(text.text());
            } else if (item instanceof Items inner && inner.items().stream().allMatch(Text.class::isInstance)) {
                values.add(String.join(",", inner.items().stream().map(part -> ((Text) part).text()).toList()));
            } else {
                problem(item, key, "found a group of keys in the list, expected values");
            }
        }
        if (values.isEmpty()) {
            problem(node, key, "found an empty list, expected values");
        }
        if (method != SweepSpec.Method.LIST && values.stream().distinct().count() < values.size()) {
            problem(node, key, "found a value twice in " + String.join(", ", values) + "; keep one");
        }
        return new Choice.OneOf(values, node.line());
    }

    private Choice notRandom(String key, Node node, SweepSpec.Method method) {
        problem(node, key, "found a group of keys, expected a list of values with method: " + method.word()
                + "; {min, max, scale} are for method: random");
        return null;
    }

    private Choice range(String key, Group range) {
        Set<String> keys = Set.of("min", "max", "scale");
        int before = problems.size();
        range.keys().forEach((name, value) -> known(name, value, keys, key + ".", "the keys of a range are "));
        OptionalDouble min = number(range, key, "min");
        OptionalDouble max = number(range, key, "max");
        String scale = range.keys().get("scale") instanceof Text text ? text.text() : "linear";
        if (!scale.equals("linear") && !scale.equals("log")) {
            problem(range, key + ".scale", "found " + scale + ", expected log or linear");
        }
        if (!ConfigKeys.isNumber(key)) {
            problem(range, key, "found a range of a key that is no number; give a list of its values");
        }
        if (problems.size() > before || min.isEmpty() || max.isEmpty()) {
            return null;
        }
        boolean isLog = scale.equals("log");
        boolean isWhole = ConfigKeys.isWhole(key);
        if (min.getAsDouble() >= max.getAsDouble()) {
            problem(range, key, "found min " + plain(min) + " and max " + plain(max) + ", expected min below max");
        } else if (isLog && min.getAsDouble() <= 0) {
            problem(range, key + ".min", "found " + plain(min) + ", expected a number > 0 with scale: log");
        } else if (isWhole && (min.getAsDouble() % 1 != 0 || max.getAsDouble() % 1 != 0)) {
            problem(range, key, "found min " + plain(min) + " and max " + plain(max) + ", expected whole numbers");
        }
        return new Choice.Range(min.getAsDouble(), max.getAsDouble(), isLog, isWhole, range.line());
    }

    private OptionalDouble number(Group range, String key, String name) {
        String written = range.keys().get(name) instanceof Text text ? text.text() : "nothing";
        try {
            double value = Double.parseDouble(written);
            if (Double.isFinite(value)) {
                return OptionalDouble.of(value);
            }
        } catch (NumberFormatException e) {
            written = written.isEmpty() ? "nothing" : written;
        }
        problem(range, key + "." + name, "found " + written + ", expected a number");
        return OptionalDouble.empty();
    }

    private void known(String key, Node node, Set<String> keys, String prefix, String list) {
        if (!keys.contains(key)) {
            String nearest = Nearest.of(key, keys);
            problem(node, prefix + key, "unknown key; " + (nearest == null
                    ? list + String.join(", ", keys.stream().sorted().toList()) : "did you mean " + nearest + "?"));
        }
    }

    /** @param expected null where the key may be left out */
    private String text(String key, String fallback, String expected) {
        Node node = root.get(key);
        if (node instanceof Text text && !text.text().isBlank()) {
            return text.text();
        }
        if (expected != null || node != null) {
            problem(node, key, "found " + (node == null || node instanceof Text ? "nothing" : "several values")
                    + ", expected " + (expected == null ? "a value" : expected));
        }
        return fallback;
    }

    private long whole(Map<String, Node> keys, String prefix, String key, long fallback, long least, long most) {
        Node node = keys.get(key);
        if (node == null) {
            return fallback;
        }
        String written = node instanceof Text text ? text.text() : "several values";
        try {
            long value = Long.parseLong(written.replace("_", ""));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            written = written.isEmpty() ? "nothing" : written;
        }
        problem(node, prefix + key, "found " + written + ", expected a whole number"
                + (least == Long.MIN_VALUE ? "" : " from " + least + " to " + most));
        return fallback;
    }

    @SafeVarargs
    private <E extends Enum<E>> E word(String key, E fallback, E... allowed) {
        Node node = root.get(key);
        String written = node instanceof Text text ? text.text() : node == null ? "" : "several values";
        for (E value : allowed) {
            if (value.name().toLowerCase(Locale.ROOT).equals(written)) {
                return value;
            }
        }
        if (node != null) {
            problem(node, key, "found " + (written.isEmpty() ? "nothing" : written) + ", expected " + String.join(
                    " or ", Arrays.stream(allowed).map(one -> one.name().toLowerCase(Locale.ROOT)).toList()));
        }
        return fallback;
    }

    private void problem(Node node, String key, String what) {
        problems.add(file + (node == null ? "" : ":" + node.line()) + ": " + key + ": " + what);
    }

    private String stem() {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String plain(OptionalDouble value) {
        double number = value.getAsDouble();
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
