package inkhorn.exchange;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A format that models are exported in. {@link #all} lists them; the command, its help and its checks follow from that
 * list.
 *
 * @param name        as in {@code --format}
 * @param description of the files and who reads them, for {@code --help}
 * @param types       of weights that it can hold; the first is the usual one
 * @param obstacle    why a model cannot be expressed so that its reader computes the same; empty where it can
 * @param writer      writes the files
 */
public record ExportFormat(String name, String description, List<Dtype> types,
        Function<ExportSource, Optional<String>> obstacle, Writer writer) {

    /** Writes a model whose export nothing stands against. */
    @FunctionalInterface
    public interface Writer {
        /**
         * @param directory exists and is empty
         * @throws IOException where writing fails
         */
        void write(ExportSource source, Dtype type, Path directory) throws IOException;
    }

    /** In the order of the help. A method, as a constant here and those that it lists would need each other first. */
    public static List<ExportFormat> all() {
        return List.of(HuggingFaceExport.FORMAT, GgufExport.FORMAT, LlmcFile.FORMAT);
    }

    /** @throws CheckpointException (the user's error) where there is no format of this name */
    public static ExportFormat named(String name) {
        return all().stream().filter(format -> format.name.equals(name)).findFirst()
                .orElseThrow(() -> CheckpointException.userError("--format: found " + name + ", expected one of "
                        + all().stream().map(ExportFormat::name).collect(Collectors.joining(", "))));
    }

    /**
     * @param word as in {@code --dtype}: {@code f32}, {@code f16}, {@code bf16}
     * @throws CheckpointException (the user's error) where the format does not have it
     */
    public Dtype type(String word) {
        return types.stream().filter(type -> word(type).equals(word)).findFirst()
                .orElseThrow(() -> CheckpointException.userError("--dtype: found " + word + ", but --format " + name
                        + " has " + types.stream().map(ExportFormat::word).collect(Collectors.joining(", "))));
    }

    /** A type as {@code --dtype} and names of files have it. */
    static String word(Dtype type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
