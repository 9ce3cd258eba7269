package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.Safetensors;
import inkhorn.data.files.Json;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section {@code lora}, {@code merge}, {@code --adapter} and the files of an adapter. */
final class LoraCommandsTest {
    private static final String TEXT = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);
    private static final String NAME = "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight";

    @TempDir
    Path directory;

    private Program program;
    private Path base;
    private Path run;
    private Path text;

    @BeforeEach
    void trainTheBase() throws IOException {
        program = new Program(directory.resolve("sets"));
        base = directory.resolve("base");
        run = directory.resolve("adapter");
        text = Files.writeString(directory.resolve("text.txt"), TEXT);
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 2, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 4, batch_size: 2, eval_interval: 2, log_interval: 1, checkpoint_interval: 2}
                optim: {warmup_iters: 0, lr_decay_iters: 4, lr: 1e-2}
                """);
        assertThat(train(base)).isZero();
        program.clear();
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    private int train(Path out, String... more) {
        List<String> args = new ArrayList<>(List.of(directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--kernels=scalar", "--no-probe", "--run.out=" + out));
        args.addAll(List.of(more));
        return program.run(args.toArray(String[]::new));
    }

    private int adapt(Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("--model.init_from=" + base, "--lora.rank=2", "--lora.alpha=4",
                "--lora.dropout=0.1"));
        args.addAll(List.of(more));
        return train(out, args.toArray(String[]::new));
    }

    private void assertFails(String part, String... args) {
        program.clear();
        assertThat(program.run(args)).isEqualTo(2);
        assertThat(program.err().lines().filter(line -> !line.startsWith("note: "))).singleElement().asString()
                .startsWith("error: ").contains(part);
    }

    private static float[] logits(TrainedModel trained) {
        return trained.model().logits(IntTensor.of(new int[] {1, 2, 3, 4, 5, 6}, 1, 6), Pass.evaluation()).data();
    }

    private static JsonNode json(Path file) throws IOException {
        return Json.MAPPER.readTree(file.toFile());
    }

    @Test
    void adaptersAloneAreTrainedAndSavedInTheLayoutOfPeft() throws IOException {
        byte[] before = Files.readAllBytes(base.resolve("latest/model.safetensors"));
        assertThat(adapt(run)).isZero();
        assertThat(program.out()).contains("of which 512 are trained").contains("with adapters of rank 2");
        assertThat(Files.readAllBytes(base.resolve("latest/model.safetensors"))).isEqualTo(before);
        assertThat(run.resolve("latest/model.safetensors")).doesNotExist();
        List<NamedTensor> tensors = Safetensors.readAll(run.resolve("latest/adapter_model.safetensors"));
        assertThat(tensors).hasSize(16);
        assertThat(tensors.get(0).name()).isEqualTo(NAME);
        assertThat(tensors.get(0).shape()).containsExactly(2, 8);
        assertThat(tensors.get(1).name()).isEqualTo(NAME.replace("_A", "_B"));
        assertThat(tensors.get(1).shape()).containsExactly(24, 2);
        assertThat(Safetensors.readAll(run.resolve("latest/optimizer.safetensors"))).hasSize(32)
                .allMatch(moment -> moment.name().contains(".lora_"));
        JsonNode config = json(run.resolve("latest/adapter_config.json"));
        assertThat(config.path("base_model_name_or_path").textValue()).isEqualTo(base + "/step-00000004");
        ObjectNode rest = (ObjectNode) config;
        rest.remove("base_model_name_or_path");
        // What LoraConfig(r=2, lora_alpha=4, …, fan_in_fan_out=True).save_pretrained of PEFT 0.10 writes.
        assertThat(rest).isEqualTo(Json.MAPPER.readTree("""
                {"alpha_pattern": {}, "auto_mapping": null, "bias": "none", "fan_in_fan_out": true,
                 "inference_mode": true, "init_lora_weights": true, "layer_replication": null, "layers_pattern": null,
                 "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 4, "lora_dropout": 0.1,
                 "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
                 "peft_type": "LORA", "r": 2, "rank_pattern": {}, "revision": null,
                 "target_modules": ["c_attn", "c_proj", "c_fc"], "task_type": "CAUSAL_LM", "use_dora": false,
                 "use_rslora": false}"""));
    }

    @Test
    void theMomentsOnDiskShrinkByTheRatioOfTrainedParameters() throws IOException {
        assertThat(adapt(run)).isZero();
        assertThat(values(run)).isEqualTo(2 * 512);
        assertThat(values(base) / 2.0 / 512)
                .isEqualTo((double) TrainedModel.open(base).model().parameterCount() / 512);
    }

    private static long values(Path checkpoints) {
        return Safetensors.readAll(checkpoints.resolve("latest/optimizer.safetensors")).stream()
                .mapToLong(moment -> moment.data().length).sum();
    }

    @Test
    void aResumeGivesTheBitsOfAnUndisturbedRun() throws IOException {
        Path straight = directory.resolve("straight");
        assertThat(adapt(straight)).isZero();
        assertThat(adapt(run, "--train.max_iters=2")).isZero();
        assertThat(adapt(run, "--resume")).isZero();
        assertThat(program.out()).contains("going on from step 2");
        for (String file : List.of("adapter_model.safetensors", "optimizer.safetensors", "config.json",
                "adapter_config.json")) {
            assertThat(run.resolve("latest").resolve(file))
                    .hasSameBinaryContentAs(straight.resolve("latest").resolve(file));
        }
        assertThat(Safetensors.readAll(run.resolve("latest/adapter_model.safetensors")))
                .filteredOn(tensor -> tensor.name().contains("lora_B"))
                .noneMatch(tensor -> Arrays.equals(tensor.data(), new float[tensor.data().length]));
    }

    @Test
    void anotherBaseOrNoneIsRefused() throws IOException {
        assertThat(adapt(run, "--train.max_iters=2")).isZero();
        Path other = directory.resolve("other");
        assertThat(train(other, "--run.seed=5")).isZero();
        program.clear();
        assertThat(adapt(run, "--resume", "--model.init_from=" + other)).isEqualTo(2);
        assertThat(program.err()).contains(other + "/step-00000004: has other weights", "set model.init_from to");
        assertFails("has other weights", "sample", other.toString(), "--adapter", run.toString());
        assertFails("has other weights", "merge", other.toString(), run.toString(), "--out",
                directory.resolve("out").toString());
        Files.move(base, directory.resolve("moved"));
        assertFails(base + "/step-00000004: no such directory, the base of the adapter", "sample", run.toString());
        assertFails("no such directory", directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--kernels=scalar", "--no-probe", "--run.out=" + run, "--resume", "--lora.rank=2", "--lora.alpha=4",
                "--lora.dropout=0.1", "--model.init_from=" + base);
        program.clear();
        assertThat(program.run("sample", directory.resolve("moved").toString(), "--adapter", run.toString(), "--tokens",
                "3", "--kernels=scalar")).isZero();
    }

    @Test
    void aRunAPairAndAMergedCheckpointWriteTheSameText() {
        assertThat(adapt(run)).isZero();
        Path merged = directory.resolve("merged");
        assertThat(program.run("merge", base.toString(), run.toString(), "--out", merged.toString())).isZero();
        float[] ofRun = logits(TrainedModel.open(run));
        assertThat(logits(TrainedModel.open(base, run))).containsExactly(ofRun);
        assertThat(logits(TrainedModel.open(merged))).containsExactly(ofRun, within(1e-5f));
        assertThat(logits(TrainedModel.open(base))).isNotEqualTo(ofRun);
        List<String> texts = new ArrayList<>();
        for (String[] from : new String[][] {{run.toString()}, {base.toString(), "--adapter=" + run},
            {merged.toString()}}) {
            program.clear();
            List<String> args = new ArrayList<>(List.of("sample"));
            args.addAll(List.of(from));
            args.addAll(List.of("--prompt=twelve", "--tokens=20", "--greedy", "--kernels=scalar"));
            assertThat(program.run(args.toArray(String[]::new))).isZero();
            texts.add(program.out());
        }
        assertThat(texts).containsOnly(texts.get(0));
        program.clear();
        assertThat(program.run("evaluate", base.toString(), "--adapter", run.toString(), "--data", text.toString(),
                "--kernels=scalar")).isZero();
        String pair = program.out().replaceAll("speed.*", "");
        program.clear();
        assertThat(program.run("evaluate", run.toString(), "--data", text.toString(), "--kernels=scalar")).isZero();
        assertThat(program.out().replaceAll("speed.*", "")).isEqualTo(pair);
        assertThat(program.run("explain", base.toString(), "--adapter", run.toString(), "--prompt=we",
                "--kernels=scalar")).isZero();
    }

    @Test
    void whatNeedsAWholeModelSaysToMergeFirst() {
        assertThat(adapt(run)).isZero();
        String hint = "holds a LoRA adapter, not a model; merge first: java -jar train.jar merge " + base
                + "/step-00000004 " + run + "/step-0000000";
        Path out = directory.resolve("out");
        assertFails(hint, "export", run.toString(), "--format=hf", "--out", out.toString());
        assertFails(hint, "import", run.toString(), "--out", out.toString());
        assertFails(hint, "merge", run.toString(), run.toString(), "--out", out.toString());
        program.clear();
        assertThat(train(out, "--model.init_from=" + run)).isEqualTo(2);
        assertThat(program.err()).contains(hint);
        assertFails("holds a model, not a LoRA adapter", "merge", base.toString(), base.toString(), "--out",
                out.toString());
    }

    @Test
    void describeShowsWhatIsTrained() {
        assertThat(adapt(run)).isZero();
        program.clear();
        assertThat(program.run("describe", run.toString())).isZero();
        assertThat(program.out()).contains("of which 512 are trained").contains("h.1.mlp.c_fc.lora_B.weight");
        assertThat(program.out()).containsPattern("moments +\\| +4,096 ").containsPattern("gradients +\\| +2,048 ");
        program.clear();
        assertThat(program.run("describe", run.resolve("config.yaml").toString(), "--vocab-size=20")).isZero();
        assertThat(program.out()).contains("of which 512 are trained");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--lora.targets=c_attn,q_proj | lora.targets: found q_proj, expected names out of c_attn, c_fc, c_proj",
        "--model.init_from= | lora.rank: found 2 without model.init_from",
        "--model.type=bigram | lora.rank: found 2 with model.type bigram",
        "--lora.rank=-1 | lora.rank: found -1, expected a whole number >= 0",
        "--lora.alpha=0 | lora.alpha: found 0.0, expected a number > 0"})
    void wrongKeysAreRefused(String option, String message) {
        assertThat(adapt(run, option)).isEqualTo(2);
        assertThat(program.err().lines().filter(line -> line.startsWith("error"))).singleElement().asString()
                .contains(message.strip());
        assertThat(run).doesNotExist();
    }

    @Test
    void anotherRankIsNoResume() {
        assertThat(adapt(run, "--train.max_iters=2")).isZero();
        assertThat(adapt(run, "--resume", "--lora.rank=3")).isEqualTo(2);
        assertThat(program.err()).contains("with another adapter: lora.rank is 3, not 2");
    }

    /** As PEFT writes an adapter of a bare GPT2Model with {@code layers_to_transform}, on layer 1 alone. */
    @Test
    void anAdapterOfPeftIsMerged() throws IOException {
        float[] down = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] up = {1, 0, -1, 2, 0, 1, 0, 1};
        Path peft = peft("{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 0.5, \"target_modules\": \".*c_proj\"}",
                new NamedTensor("base_model.model.h.1.attn.c_proj.lora_A.weight", new int[] {1, 8}, down),
                new NamedTensor("base_model.model.h.1.attn.c_proj.lora_B.weight", new int[] {8, 1}, up));
        Path out = directory.resolve("out");
        assertThat(program.run("merge", base.toString(), peft.toString(), "--out", out.toString())).isZero();
        List<NamedTensor> merged = Safetensors.readAll(out.resolve("model.safetensors"));
        for (NamedTensor before : Safetensors.readAll(base.resolve("latest/model.safetensors"))) {
            float[] after = merged.stream().filter(t -> t.name().equals(before.name())).findFirst().orElseThrow()
                    .data();
            float[] expected = before.data().clone();
            if (before.name().equals("transformer.h.1.attn.c_proj.weight")) {
                for (int i = 0; i < 64; i++) {
                    expected[i] += 0.5f * down[i / 8] * up[i % 8];
                }
                assertThat(after).containsExactly(expected, within(1e-6f));
            } else {
                assertThat(after).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"rank_pattern\": {\"c_fc\": 4} | rank_pattern must be absent or empty, found {c_fc=4}",
        "\"use_dora\": true, \"modules_to_save\": [\"wte\"] | use_dora must be absent or empty, found true;"
                + " modules_to_save must be absent or empty, found [wte]",
        "\"bias\": \"all\" | bias must be none, found all",
        "\"init_lora_weights\": \"pissa\" | init_lora_weights must leave the base as it is",
        "\"r\": 2000000000 | r is 2000000000, but base_model.model.transformer.h.0.attn.c_attn.lora_A.weight is [1, 8]",
        "\"peft_type\": \"IA3\" | peft_type must be LORA, found IA3"})
    void whatIsNotComputedIsRefusedWithTheReason(String keys, String reason) throws IOException {
        ObjectNode config = (ObjectNode) Json.MAPPER.readTree("{\"peft_type\": \"LORA\", \"r\": 1}");
        config.setAll((ObjectNode) Json.MAPPER.readTree("{" + keys.strip() + "}"));
        Path peft = peft(config.toString(), new NamedTensor(NAME, new int[] {1, 8}, new float[8]));
        assertFails(reason.strip(), "sample", base.toString(), "--adapter", peft.toString());
    }

    @Test
    void whatDoesNotFitIsListedWithAllNames() throws IOException {
        Path peft = peft("{\"peft_type\": \"LORA\", \"r\": 1, \"use_rslora\": true}",
                new NamedTensor(NAME, new int[] {1, 8}, new float[8]),
                new NamedTensor("base_model.model.transformer.h.0.mlp.c_fc.lora_B.weight", new int[] {8, 1},
                        new float[8]),
                new NamedTensor("base_model.model.lm_head.weight", new int[] {1}, new float[1]));
        assertFails("the adapter does not fit the model; missing: " + NAME.replace("_A", "_B")
                + ", base_model.model.transformer.h.0.mlp.c_fc.lora_A.weight; unexpected:"
                + " base_model.model.lm_head.weight; of another shape:"
                + " base_model.model.transformer.h.0.mlp.c_fc.lora_B.weight [8, 1] where the model and r need [32, 1]",
                "merge", base.toString(), peft.toString(), "--out", directory.resolve("out").toString());
        assertThat(directory.resolve("out")).doesNotExist();
        Path deeper = peft("{\"peft_type\": \"LORA\", \"r\": 1}",
                new NamedTensor(NAME.replace("h.0", "h.7"), new int[] {1, 8}, new float[8]));
        assertFails("adapts modules that the model does not have: transformer.h.7.attn.c_attn", "sample",
                base.toString(), "--adapter", deeper.toString());
    }

    private Path peft(String config, NamedTensor... tensors) throws IOException {
        Path peft = Files.createDirectories(directory.resolve("peft"));
        Files.writeString(peft.resolve("adapter_config.json"), config);
        Safetensors.write(peft.resolve("adapter_model.safetensors"), List.of(tensors), Map.of("format", "pt"), false);
        return peft;
    }
}
