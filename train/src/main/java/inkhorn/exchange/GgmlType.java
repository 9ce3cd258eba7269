package inkhorn.exchange;

import inkhorn.checkpoint.Dtype;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types of tensors in a GGUF file, {@code enum ggml_type} in ggml/include/ggml.h. */
final class GgmlType {
    private static final Map<Dtype, Integer> NUMBERS = Map.of(Dtype.F32, 0, Dtype.F16, 1, Dtype.BF16, 30);
    private static final Map<Integer, Dtype> TYPES = NUMBERS.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    /** Those that are not read, most of them blocks of quantized numbers. */
    private static final Map<Integer, String> OTHERS = Map.ofEntries(Map.entry(2, "Q4_0"), Map.entry(3, "Q4_1"),
            Map.entry(6, "Q5_0"), Map.entry(7, "Q5_1"), Map.entry(8, "Q8_0"), Map.entry(9, "Q8_1"),
            Map.entry(10, "Q2_K"), Map.entry(11, "Q3_K"), Map.entry(12, "Q4_K"), Map.entry(13, "Q5_K"),
            Map.entry(14, "Q6_K"), Map.entry(15, "Q8_K"), Map.entry(16, "IQ2_XXS"), Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"), Map.entry(19, "IQ1_S"), Map.entry(20, "IQ4_NL"), Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"), Map.entry(23, "IQ4_XS"), Map.entry(24, "I8"), Map.entry(25, "I16"),
            Map.entry(26, "I32"), Map.entry(27, "I64"), Map.entry(28, "F64"), Map.entry(29, "IQ1_M"),
            Map.entry(34, "TQ1_0"), Map.entry(35, "TQ2_0"), Map.entry(39, "MXFP4"));

    private GgmlType() {}

    /** @throws IllegalArgumentException for a type that no tensor is written in */
    static int number(Dtype type) {
        if (!NUMBERS.containsKey(type)) {
            throw new IllegalArgumentException("no tensor of a GGUF file is written as " + type);
        }
        return NUMBERS.get(type);
    }

    /** Empty for a type that is not read. */
    static Optional<Dtype> type(int number) {
        return Optional.ofNullable(TYPES.get(number));
    }

    /** For messages; empty where llama.cpp has no such type. */
    static Optional<String> name(int number) {
        return type(number).map(Dtype::name).or(() -> Optional.ofNullable(OTHERS.get(number)));
    }
}
