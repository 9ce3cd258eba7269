package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

    @TempDir
    Path directory;
    private Path run;
    private RunLock lock;
    private CheckpointStore store;
    private final List<String> skipped = new ArrayList<>();

    @BeforeEach
    void openStore() {
        run = directory.resolve("run");
        lock = RunLock.acquire(run);
        store = new CheckpointStore(lock, 3);
    }

    @AfterEach
    void closeStore() {
        lock.close();
    }

    @Test
    void aCheckpointHoldsItsFilesAndTheirHashes() throws IOException {
        Path step = store.save(77, Fixtures.contents(77), true);
        assertThat(step).isEqualTo(run.resolve("step-00000077"));
        assertThat(FileOps.list(step)).extracting(path -> path.getFileName().toString()).containsExactly("config.json",
                "manifest.json", "model.safetensors", "optimizer.safetensors", "tokenizer.json", "trainer.json");
        ObjectNode manifest = JsonFile.read(step.resolve("manifest.json"));
        assertThat(manifest.get("version").asInt()).isEqualTo(1);
        assertThat(manifest.get("step").asLong()).isEqualTo(77);
        assertThat(manifest.get("files").get("tokenizer.json").get("size").asLong()).isEqualTo(12);
        assertThat(manifest.get("files").get("tokenizer.json").get("sha256").asText())
                .isEqualTo(Hashes.sha256(step.resolve("tokenizer.json")));
        assertThat(FileOps.list(run)).extracting(path -> path.getFileName().toString())
                .containsExactly(".lock", "best", "latest", "step-00000077");
    }

    @Test
    void theSameContentsGiveTheSameBytes() throws IOException {
        Path one = store.save(5, Fixtures.contents(5), false);
        try (RunLock other = RunLock.acquire(directory.resolve("other"))) {
            Path two = new CheckpointStore(other, 1).save(5, Fixtures.contents(5), false);
            for (Path file : FileOps.list(one)) {
                assertThat(Files.mismatch(file, two.resolve(file.getFileName()))).as("%s", file).isEqualTo(-1);
            }
        }
    }

    @Test
    void pointersAreRelativeLinksAndFollowTheirCheckpoints() throws IOException {
        store.save(10, Fixtures.contents(10), true);
        store.save(20, Fixtures.contents(20), false);
        assertThat(Files.readSymbolicLink(run.resolve("latest"))).isEqualTo(Path.of("step-00000020"));
        assertThat(Files.readSymbolicLink(run.resolve("best"))).isEqualTo(Path.of("step-00000010"));
        assertThat(open("latest")).isEqualTo(20);
        assertThat(open("best")).isEqualTo(10);
        assertThat(open("step-00000010")).isEqualTo(10);
        assertThat(open(".")).isEqualTo(20);
        assertThat(Checkpoint.open(run.resolve("best")).directory()).isEqualTo(run.resolve("step-00000010"));
    }

    @Test
    void withoutSymlinksPointersAreTextFiles() throws IOException {
        store = new CheckpointStore(lock, 1, new FileOps(operation -> { }, false));
        for (long step = 1; step <= 3; step++) {
            store.save(step, Fixtures.contents(step), step == 1);
        }
        assertThat(run.resolve("latest")).isRegularFile().hasContent("step-00000003\n");
        assertThat(open("latest")).isEqualTo(3);
        assertThat(open("best")).isEqualTo(1);
        assertThat(store.steps()).containsExactly(3L, 1L);
    }

    @Test
    void theLastCheckpointsAreKeptAndTheBest() throws IOException {
        for (long step = 1; step <= 7; step++) {
            store.save(step, Fixtures.contents(step), step == 2);
        }
        assertThat(store.steps()).containsExactly(7L, 6L, 5L, 2L);
        assertThat(open("best")).isEqualTo(2);
        store.save(8, Fixtures.contents(8), true);
        assertThat(store.steps()).containsExactly(8L, 7L, 6L);
    }

    @Test
    void savingAStepEndsTheHistoryThatStoodAfterIt() throws IOException {
        store = new CheckpointStore(lock, 2);
        store.save(10, Fixtures.contents(10), true);
        store.save(20, Fixtures.contents(20), false);
        store.save(30, Fixtures.contents(30), false);
        Files.delete(run.resolve("step-00000030/model.safetensors"));
        store.latestWhole(skipped::add);
        store.save(25, Fixtures.contents(25), false);
        assertThat(store.steps()).containsExactly(25L, 20L, 10L);
    }

    @Test
    void aStepCanBeSavedAgainWithTheSameOrOtherContents() throws IOException {
        Path step = store.save(4, Fixtures.contents(4), false);
        Object before = Files.readAttributes(step, "*").get("creationTime") + " "
                + Files.getAttribute(step, "unix:ino");
        store.save(4, Fixtures.contents(4), true);
        assertThat(Files.readAttributes(step, "*").get("creationTime") + " " + Files.getAttribute(step, "unix:ino"))
                .as("the same bits are not written twice").isEqualTo(before);
        store.save(4, Fixtures.contents(4, 50), false);
        assertThat(open("latest")).isEqualTo(4);
        assertThat(Checkpoint.open(step).config().get("n_embd").asInt()).isEqualTo(50);
        Fixtures.flipBit(step.resolve("model.safetensors"), 400, 3);
        store.save(4, Fixtures.contents(4, 50), false);
        assertThat(open("latest")).isEqualTo(4);
        assertThat(FileOps.list(run)).extracting(path -> path.getFileName().toString())
                .containsExactly(".lock", "best", "latest", "step-00000004");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "config.json", "optimizer.safetensors", "trainer.json",
        "tokenizer.json"})
    void aFlippedBitInAnyFileIsNamedAndSkipped(String name) throws IOException {
        store.save(1, Fixtures.contents(1), false);
        Path damaged = store.save(2, Fixtures.contents(2), false);
        Path file = damaged.resolve(name);
        for (long position : new long[] {0, Files.size(file) / 2, Files.size(file) - 1}) {
            Fixtures.flipBit(file, position, 0);
            skipped.clear();
            assertThat(store.latestWhole(skipped::add).map(Fixtures::onlyStepIn)).contains(1L);
            assertThat(skipped).containsExactly(
                    damaged + ": skipped, unfinished or damaged: " + name + " does not match its SHA-256");
            assertThatThrownBy(() -> Checkpoint.open(damaged))
                    .hasMessage(damaged + ": damaged or unfinished checkpoint: " + name
                    + " does not match its SHA-256; use another step of the run");
            Fixtures.flipBit(file, position, 0);
        }
        assertThat(store.latestWhole(skipped::add).map(Fixtures::onlyStepIn)).contains(2L);
    }

    @Test
    void everyFlippedBitOfTheManifestIsFound() throws IOException {
        store.save(1, Fixtures.contents(1), false);
        Path manifest = store.save(2, Fixtures.contents(2), false).resolve("manifest.json");
        for (int position = 0; position < Files.size(manifest); position++) {
            Fixtures.flipBit(manifest, position, position % 8);
            assertThat(store.latestWhole(skipped::add).map(Fixtures::onlyStepIn)).as("byte %d", position).contains(1L);
            Fixtures.flipBit(manifest, position, position % 8);
        }
        assertThat(open("step-00000002")).isEqualTo(2);
    }

    @Test
    void unfinishedCheckpointsAreSkippedAndLatestIsPutRight() throws IOException {
        store.save(1, Fixtures.contents(1), false);
        store.save(2, Fixtures.contents(2), false);
        store.save(3, Fixtures.contents(3), false);
        Files.delete(run.resolve("step-00000003/manifest.json"));
        Files.delete(run.resolve("step-00000002/optimizer.safetensors"));
        assertThat(store.latestWhole(skipped::add).map(Fixtures::onlyStepIn)).contains(1L);
        assertThat(skipped).containsExactly(
                run.resolve("step-00000003") + ": skipped, unfinished or damaged: manifest.json is missing",
                run.resolve("step-00000002") + ": skipped, unfinished or damaged: optimizer.safetensors is missing");
        assertThat(open("latest")).isEqualTo(1);
        Files.writeString(run.resolve("step-00000001/trainer.json"), "");
        assertThat(store.latestWhole(skipped::add)).isEmpty();
        assertThatThrownBy(() -> Checkpoint.open(run)).hasMessage(
                run + ": none of its checkpoints is whole; train again, or copy one here from a backup");
    }

    @Test
    void aLaterFormatIsRefusedAndNotSkipped() throws IOException {
        store.save(1, Fixtures.contents(1), false);
        Path manifest = store.save(2, Fixtures.contents(2), false).resolve("manifest.json");
        ObjectNode later = JsonFile.read(manifest);
        later.remove("sha256");
        Files.writeString(manifest, CheckpointManifest.sealed(later.put("version", 2)));
        String line = manifest + ": version 2 of the checkpoint format, this program reads up to 1; use a newer"
                + " Inkhorn";
        assertThatThrownBy(() -> store.latestWhole(skipped::add)).hasMessage(line);
        assertThatThrownBy(() -> Checkpoint.open(run.resolve("latest"))).hasMessage(line);
    }

    @Test
    void aManifestThatLeadsOutOfItsDirectoryIsRefused() throws IOException {
        Path manifest = store.save(2, Fixtures.contents(2), false).resolve("manifest.json");
        ObjectNode foreign = JsonFile.read(manifest);
        foreign.remove("sha256");
        ((ObjectNode) foreign.get("files")).putObject("../../secret");
        Files.writeString(manifest, CheckpointManifest.sealed(foreign));
        assertThat(store.latestWhole(skipped::add)).isEmpty();
        assertThat(skipped.get(0)).endsWith("manifest.json lists \"../../secret\", not a plain file name");
    }

    @Test
    void aPlainHuggingFaceDirectoryCanBeOpenedButNotResumed() throws IOException {
        Path plain = Files.createDirectory(directory.resolve("gpt2"));
        Safetensors.write(plain.resolve("model.safetensors"), Fixtures.contents(3).model(), Map.of(), false);
        assertThatThrownBy(() -> Checkpoint.open(plain))
                .hasMessage(plain + ": has no config.json; a model needs both, copy it there");
        Files.writeString(plain.resolve("config.json"), "{\"n_embd\": 8}");
        Checkpoint checkpoint = Checkpoint.open(plain);
        assertThat(checkpoint.isResumable()).isFalse();
        assertThat(checkpoint.config().get("n_embd").asInt()).isEqualTo(8);
        assertThat(checkpoint.file("tokenizer.json")).isEmpty();
        try (WeightFiles model = checkpoint.openModel()) {
            assertThat(model.names()).hasSize(2);
        }
        assertThatThrownBy(checkpoint::trainer)
                .hasMessage(plain + ": holds a model but no trainer's state; it can be sampled from, not resumed");
        Files.writeString(plain.resolve("config.json"), "{\n\"n_embd\": }");
        assertThatThrownBy(checkpoint::config).message()
                .startsWith(plain.resolve("config.json") + ": is not JSON in line 2 (");
    }

    @Test
    void whatIsNoCheckpointIsRefusedByName() throws IOException {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> Checkpoint.open(missing))
                .hasMessage(missing + ": no such directory; name a run directory or a checkpoint in it")
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue());
        assertThatThrownBy(() -> Checkpoint.open(run))
                .hasMessage(run + ": holds no checkpoint; name a run directory, a "
                + "step-NNNNNNNN in it, or a directory with model.safetensors and config.json");
        Path text = Files.writeString(directory.resolve("notes.txt"), "../run");
        assertThatThrownBy(() -> Checkpoint.open(text))
                .hasMessage(text + ": is a file; name the directory of the checkpoint");
        Path dangling = Files.createSymbolicLink(run.resolve("best"), Path.of("step-00000009"));
        assertThatThrownBy(() -> Checkpoint.open(dangling)).hasMessage(dangling + ": points at "
                + run.resolve("step-00000009") + ", which is missing; name a run directory or a checkpoint in it");
    }

    @Test
    void extraFilesCannotTakeAnothersPlace() {
        for (String name : List.of("model.safetensors", "manifest.json", "../x", "a/b", ".hidden", "")) {
            assertThatThrownBy(() -> new CheckpointContents(List.of(), List.of(), Json.MAPPER.createObjectNode(),
                    Json.MAPPER.createObjectNode(),
                    Map.of(name, file -> { }))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private long open(String name) {
        return Fixtures.onlyStepIn(Checkpoint.open(run.resolve(name)));
    }
}
