package inkhorn.checkpoint;

import inkhorn.nn.GptConfig;
import inkhorn.nn.HuggingFaceConfig;
import inkhorn.nn.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Holds the sizes in a {@code config.json} against the tensors of the file that lies beside it, before anything is allocated: a config
 * that lies about sizes must not cost the machine's memory.
 */
final class ConfigFit {

    /** Numbers of a position table that is computed, and so has no tensor to be held against: 256 MiB. */
    static final long LARGEST_TABLE = 1L << 26;

    private static final Pattern BLOCK = Pattern.compile("(?:transformer\\.)?h\\.(\\d+)\\..*");
    private static final String PREFIX = "transformer.";

    private final SafetensorsReader weights;
    private final List<String> wrong = new ArrayList<>();

    private ConfigFit(SafetensorsReader weights) {
        this.weights = weights;
    }

    /** @throws IllegalArgumentException naming the keys, their values and what the file holds */
    static void require(Map<String, Object> keys, SafetensorsReader weights) {
        ConfigFit fit = new ConfigFit(weights);
        double described = "gpt2".equals(keys.getOrDefault("model_type", "gpt2"))
                ? fit.gpt(HuggingFaceConfig.read(keys)) : fit.bigram(keys);
        if (!fit.wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", fit.wrong));
        }
        long held = weights.names().stream().mapToLong(name -> weights.info(name).elements()).sum();
        if (described > held) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "describes a model of at least %.0f weights, model.safetensors holds %d", described, held));
        }
    }

    /** Checks a GPT's sizes; returns the least number of weights that it has. */
    private double gpt(GptConfig gpt) {
        double channels = gpt.nEmbd();
        boolean learned = gpt.position() == Position.LEARNED;
        boolean stored = info("transformer.wpe.weight").isPresent();
        shape("vocab_size and n_embd", "transformer.wte.weight", gpt.vocabSize(), gpt.nEmbd());
        shape("n_positions and n_embd", "transformer.wpe.weight", gpt.blockSize(), gpt.nEmbd());
        if (!learned && !stored && channels * gpt.blockSize() > LARGEST_TABLE) {
            wrong.add("n_positions is " + gpt.blockSize() + " with n_embd " + gpt.nEmbd()
                    + ", and a table of sinusoidal positions has at most " + LARGEST_TABLE + " numbers");
        }
        long blocks = blocks();
        if (gpt.nLayer() > blocks) {
            wrong.add("n_layer is " + gpt.nLayer() + ", but model.safetensors has " + blocks + (blocks == 1 ? " block" : " blocks"));
        }
        return channels * gpt.vocabSize() + (learned ? channels * gpt.blockSize() : 0) + 12 * channels * channels * gpt.nLayer();
    }

    private double bigram(Map<String, Object> keys) {
        double vocabulary = keys.get("vocab_size") instanceof Number n ? n.doubleValue() : 0;
        return vocabulary * vocabulary;
    }

    private void shape(String keys, String tensor, int... described) {
        info(tensor).filter(info -> !Arrays.equals(info.shape(), described)).ifPresent(info -> wrong.add(
                keys + " are " + words(described) + ", but " + info.name() + " in model.safetensors is " + sizes(info.shape())));
    }

    private static String words(int[] sizes) {
        return Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(" and "));
    }

    private static String sizes(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(" x "));
    }

    /** A tensor under its own name, or under GPT-2's without the prefix. */
    private Optional<TensorInfo> info(String name) {
        String bare = name.substring(PREFIX.length());
        return weights.contains(name) ? Optional.of(weights.info(name))
                : weights.contains(bare) ? Optional.of(weights.info(bare)) : Optional.empty();
    }

    private long blocks() {
        Set<String> numbers = weights.names().stream().map(BLOCK::matcher).filter(Matcher::matches).map(matcher -> matcher.group(1))
                .collect(Collectors.toSet());
        return numbers.size();
    }
}
