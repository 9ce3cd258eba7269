package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.SafetensorsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ParityCommandTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    private final Program program = new Program();

    @TempDir
    private Path directory;

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @CsvSource({"gpt2-tanh, scalar, 60", "gpt2-tanh, vector, 60", "nanogpt-erf, scalar, 46", "nanogpt-erf, vector, 46"})
    void everythingThatPyTorchComputedIsMatched(String golden, String kernels, int comparisons) {
        int code = program.run("parity", GOLDEN.resolve(golden).toString(), "--kernels=" + kernels, "--threads=2");
        assertThat(program.out()).contains("logits ", "loss ", "losses ", "grad_norms ", "grad.transformer.wte.weight ",
                "final.transformer.h.1.mlp.c_proj.weight ", "all " + comparisons + " comparisons within bounds")
                .doesNotContain("OUT OF BOUNDS");
        assertThat(program.err().lines().filter(line -> !line.startsWith("note: --threads"))).isEmpty();
        assertThat(code).isZero();
    }

    @Test
    void aPerturbedWeightIsFoundAndExitCode1() throws IOException {
        copyGolden();
        change("model.safetensors", "transformer.h.1.mlp.c_fc.bias", 3, 0.05f);
        assertThat(parity()).isEqualTo(1);
        assertThat(failedRows()).contains("logits", "grad.transformer.h.1.mlp.c_fc.weight",
                "final.transformer.h.1.mlp.c_fc.bias");
        assertThat(program.out()).contains("comparisons out of bounds");
    }

    @ParameterizedTest
    @CsvSource({"logits, 2e-4", "loss, 2e-5", "grad.transformer.ln_f.bias, 1e-3", "losses, 2e-4", "grad_norms, 0.01",
        "final.transformer.wpe.weight, 1e-3", "final.transformer.ln_f.bias, NaN"})
    void eachReferenceValueBeyondItsBoundFailsItsOwnRowOnly(String name, float change) throws IOException {
        copyGolden();
        change("golden.safetensors", name, 0, change);
        assertThat(parity()).isEqualTo(1);
        assertThat(failedRows()).containsExactly(name);
    }

    @Test
    void aWrongHyperparameterShowsInTheStepsOnly() throws IOException {
        copyGolden();
        Path file = directory.resolve("optimizer.json");
        Files.writeString(file, Files.readString(file).replace("\"weight_decay\": 0.1", "\"weight_decay\": 0.9"));
        assertThat(parity()).isEqualTo(1);
        assertThat(failedRows()).isNotEmpty().allMatch(row -> row.startsWith("final.") || row.equals("losses")
                || row.equals("grad_norms"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "config.json", "golden.safetensors", "optimizer.json"})
    void aMissingFileIsOneLineThatNamesItAndExitCode2(String name) throws IOException {
        copyGolden();
        Files.delete(directory.resolve(name));
        assertWrongInput(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "config.json", "golden.safetensors", "optimizer.json"})
    void aTruncatedFileIsOneLineThatNamesItAndExitCode2(String name) throws IOException {
        copyGolden();
        Path file = directory.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertWrongInput(name);
    }

    @ParameterizedTest
    @CsvSource({"config.json, \"n_layer\": 2, \"n_layer\": 1, model.safetensors",
        "config.json, \"n_layer\": 2, \"n_layer\": 2000000000, config.json",
        "config.json, \"n_embd\": 32, \"n_embd\": \"wide\", config.json",
        "config.json, \"n_head\": 2, \"n_head\": 5, config.json",
        "config.json, \"vocab_size\": 65, \"vocab_size\": 30, config.json",
        "config.json, \"n_positions\": 16, \"n_positions\": 8, config.json",
        "config.json, gelu_new, gelu_old, config.json",
        "optimizer.json, \"lr\": 0.001, \"lr\": null, optimizer.json",
        "optimizer.json, \"beta1\": 0.9, \"beta1\": 1.9, optimizer.json",
        "optimizer.json, \"grad_clip\": 1.0, \"grad_clip\": -1, optimizer.json"})
    void aConfigThatDoesNotFitIsOneLineThatNamesTheFileAndExitCode2(String name, String from, String to, String named)
            throws IOException {
        copyGolden();
        Path file = directory.resolve(name);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
        assertWrongInput(named);
    }

    @Test
    void aReferenceOfAnotherModelIsRefused() throws IOException {
        copyGolden();
        Files.copy(GOLDEN.resolve("nanogpt-erf/golden.safetensors"), directory.resolve("golden.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        assertWrongInput("golden.safetensors");
    }

    private void assertWrongInput(String named) {
        int code = parity();
        assertThat(program.err().lines()).singleElement().asString().startsWith("error: ").contains(named)
                .doesNotContain("Exception");
        assertThat(code).isEqualTo(2);
    }

    private int parity() {
        return program.run("parity", directory.toString(), "--kernels=scalar");
    }

    private List<String> failedRows() {
        return program.out().lines().filter(line -> line.endsWith("OUT OF BOUNDS"))
                .map(line -> line.split(" ")[0]).toList();
    }

    private void copyGolden() throws IOException {
        for (String name : List.of("model.safetensors", "config.json", "golden.safetensors", "optimizer.json")) {
            Files.copy(GOLDEN.resolve("gpt2-tanh").resolve(name), directory.resolve(name));
        }
    }

    /** Adds to one entry of one tensor of a file, whose bytes are in the order of its header. */
    private void change(String name, String tensor, int index, float change) throws IOException {
        Path file = directory.resolve(name);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            long data = Files.size(file) - reader.names().stream().mapToLong(n -> reader.info(n).end()).max()
                    .orElseThrow();
            float value = reader.read(tensor).data()[index] + change;
            byte[] bytes = Files.readAllBytes(file);
            int at = (int) (data + reader.info(tensor).begin()) + index * Float.BYTES;
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, value);
            Files.write(file, bytes);
        }
    }
}
