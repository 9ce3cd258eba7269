package inkhorn.data.prepare;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.IdWidth;
import inkhorn.data.TokenFile;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import inkhorn.data.files.RegularFile;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of prepared data: their names, and whether they are whole. */
record PreparedDirectory(Path path) {
    static final String TRAIN = "train.bin";
    static final String VAL = "val.bin";
    /** Two numbers of 32 bits for each example: tokens of its prompt and of its completion. */
    static final String TRAIN_LENGTHS = "train.lengths.bin";
    static final String VAL_LENGTHS = "val.lengths.bin";
    static final String TOKENIZER = "tokenizer.json";
    static final String MANIFEST = "manifest.json";

    /** Room for the entries of a million texts. */
    private static final int MOST_MANIFEST_BYTES = 512 << 20;
    private static final String AGAIN = "; prepare the data again";
    private static final int NAMED_SOURCES = 3;

    Path file(String name) {
        return path.resolve(name);
    }

    /**
     * Reads and compares every hash.
     *
     * @param progress called while it reads, and may end it
     * @throws DataException if there are no prepared data, or they are damaged, unfinished or of another version
     */
    PreparedData open(boolean reused, List<String> warnings, ByteProgress progress) {
        DataManifest manifest = manifest();
        requireHash(TOKENIZER, manifest.tokenizerSha256(), progress);
        requireHash(TRAIN, manifest.train().sha256(), progress);
        requireHash(VAL, manifest.val().sha256(), progress);
        Tokenizer tokenizer = Tokenizers.load(file(TOKENIZER));
        if (tokenizer.vocabSize() - 1L > manifest.idBits().largest()) {
            throw new DataException(path + ": ids of " + manifest.idBits().bits() + " bits cannot number the "
                    + tokenizer.vocabSize() + " tokens of its tokenizer " + tokenizer.name() + AGAIN);
        }
        TokenFile train = TokenFile.open(file(TRAIN), manifest.idBits());
        TokenFile val = TokenFile.open(file(VAL), manifest.idBits());
        return new PreparedData(tokenizer, train, val, lengths(manifest, progress), manifest, path, reused, warnings);
    }

    private Optional<PreparedData.Lengths> lengths(DataManifest manifest, ByteProgress progress) {
        if (!manifest.hasExamples()) {
            return Optional.empty();
        }
        requireHash(TRAIN_LENGTHS, manifest.examples().get(DataManifest.TRAIN).sha256(), progress);
        requireHash(VAL_LENGTHS, manifest.examples().get(DataManifest.VAL).sha256(), progress);
        return Optional.of(new PreparedData.Lengths(TokenFile.open(file(TRAIN_LENGTHS), IdWidth.BITS_32),
                TokenFile.open(file(VAL_LENGTHS), IdWidth.BITS_32)));
    }

    DataManifest manifest() {
        Path file = file(MANIFEST);
        try {
            JsonNode json = Json.MAPPER.readTree(RegularFile.read(file, MOST_MANIFEST_BYTES));
            if (!json.path("format").asText().equals(DataManifest.FORMAT)) {
                throw new DataException(file + ": is no manifest of prepared data (\"format\" is " + json.path("format")
                        + ", expected \"" + DataManifest.FORMAT + "\")" + AGAIN);
            }
            boolean isOfInstructions = json.path("version").asInt() == DataManifest.INSTRUCTIONS_VERSION;
            if (json.path("version").asInt() != DataManifest.VERSION && !isOfInstructions) {
                throw new DataException(file + ": prepared data of version " + json.path("version")
                        + ", but this program reads version " + DataManifest.VERSION + ", and of instructions "
                        + DataManifest.INSTRUCTIONS_VERSION + AGAIN);
            }
            boolean hasBoth = json.path("examples").has(DataManifest.TRAIN)
                    && json.path("examples").has(DataManifest.VAL);
            if (json.has("examples") ? !isOfInstructions || !hasBoth : isOfInstructions) {
                throw new DataException(file + ": is damaged (\"examples\" must have both parts, and be there in "
                        + "version " + DataManifest.INSTRUCTIONS_VERSION + " alone)" + AGAIN);
            }
            if (!isOfInstructions) {
                ((ObjectNode) json).putObject("examples");
            }
            return Json.MAPPER.treeToValue(json, DataManifest.class);
        } catch (JacksonException e) {
            throw new DataException(file + ": is damaged (" + e.getOriginalMessage() + ")" + AGAIN, e);
        } catch (IOException e) {
            throw new DataException(path + ": holds no prepared data (" + MANIFEST + ": " + AtomicFiles.reason(e)
                    + "); make some with: java -jar train.jar prepare --input FILE --out " + path, e);
        }
    }

    private void requireHash(String name, String expected, ByteProgress progress) {
        try {
            if (!expected.equals(Hashes.sha256(file(name), progress::working))) {
                throw new DataException(file(name) + ": does not match its SHA-256 in " + MANIFEST + AGAIN);
            }
        } catch (IOException e) {
            throw new DataException(file(name) + ": cannot be read (" + AtomicFiles.reason(e) + ")" + AGAIN, e);
        }
    }

    /**
     * Whether nothing would be lost by putting prepared data in its place: it is not there, or empty, or holds prepared
     * data only.
     */
    boolean isReplaceable() throws IOException {
        if (!Files.exists(path)) {
            return true;
        }
        try (Stream<Path> files = Files.list(path)) {
            Set<String> ours = Set.of(TRAIN, VAL, TRAIN_LENGTHS, VAL_LENGTHS, TOKENIZER, MANIFEST);
            return files.allMatch(file -> ours.contains(file.getFileName().toString()) && Files.isRegularFile(file));
        }
    }

    boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    /** What a preparation would have made otherwise, for a message; empty if these data are what it makes. */
    static List<String> differences(DataManifest manifest, DataManifest.Recipe wanted, Scan scan) {
        DataManifest.Recipe had = manifest.recipe();
        List<String> found = new ArrayList<>();
        difference(found, "tokenizer", named(had), named(wanted));
        difference(found, "val_fraction", had.valFraction(), wanted.valFraction());
        if (scan.documents() > 1) {
            difference(found, "split seed", had.splitSeed(), wanted.splitSeed());
        }
        difference(found, "normalize-newlines", had.normalizeNewlines(), wanted.normalizeNewlines());
        difference(found, "field", had.field(), wanted.field());
        if (!hashes(manifest.sources()).equals(hashes(scan.sources()))) {
            found.add("inputs: " + changes(manifest.sources(), scan.sources()));
        }
        return found;
    }

    private static String named(DataManifest.Recipe recipe) {
        return recipe.tokenizer() + (recipe.vocabSize() == 0 ? "" : " of " + recipe.vocabSize());
    }

    private static void difference(List<String> found, String what, Object had, Object wanted) {
        if (!Objects.equals(had, wanted)) {
            found.add(what + " " + had + ", not " + wanted);
        }
    }

    private static List<String> hashes(List<DataManifest.Source> sources) {
        return sources.stream().map(DataManifest.Source::sha256).toList();
    }

    private static String changes(List<DataManifest.Source> had, List<DataManifest.Source> wanted) {
        Map<String, String> before = byName(had);
        Map<String, String> now = byName(wanted);
        List<String> changes = new ArrayList<>();
        now.forEach((name, hash) -> {
            if (!hash.equals(before.get(name))) {
                changes.add(name + (before.containsKey(name) ? " changed" : " is new"));
            }
        });
        before.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> changes.add(name + " is gone"));
        if (changes.isEmpty()) {
            return "another order";
        }
        String more = changes.size() > NAMED_SOURCES ? " and " + (changes.size() - NAMED_SOURCES) + " more" : "";
        return changes.stream().limit(NAMED_SOURCES).collect(Collectors.joining(", ")) + more;
    }

    private static Map<String, String> byName(List<DataManifest.Source> sources) {
        return sources.stream()
                .collect(Collectors.toMap(DataManifest.Source::name, DataManifest.Source::sha256, (a, b) -> a + b,
                TreeMap::new));
    }
}
