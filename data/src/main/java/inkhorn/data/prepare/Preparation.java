package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.IdWidth;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a corpus into {@code train.bin}, {@code val.bin}, {@code tokenizer.json} and {@code manifest.json}: in
 * {@code <sets>/<data set>/<tokenizer>-<key>/} for a training run, or in a directory of the user's choice. Streams, so
 * that memory does not grow with the corpus. The directory is made under another name, synced, and renamed when whole;
 * whoever comes second uses what the first one made. Files are used again only while every hash agrees.
 */
public final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final Path setsDirectory;
    private final Path fallbackDirectory;

    /** @param setsDirectory {@code data/sets}; where it cannot be written, a directory under java.io.tmpdir serves */
    public Preparation(Path setsDirectory) {
        this(setsDirectory, Path.of(System.getProperty("java.io.tmpdir"), "inkhorn-" + System.getProperty("user.name"),
                "sets"));
    }

    Preparation(Path setsDirectory, Path fallbackDirectory) {
        this.setsDirectory = setsDirectory;
        this.fallbackDirectory = fallbackDirectory;
    }

    /**
     * For a training run. The key in the directory's name is a hash of all that determines the files, so a changed text
     * or setting never meets old ids.
     *
     * @throws DataException if the text cannot be read or encoded, or nothing can be written
     */
    public PreparedData prepare(Corpus corpus, PreparationSpec spec, ByteProgress progress) {
        Scan scan = Scan.of(corpus, spec, progress);
        Recipe recipe = Recipe.of(corpus, spec, scan);
        Path wanted = setsDirectory.resolve(recipe.directory());
        Path fallback = fallbackDirectory.resolve(recipe.directory());
        List<String> warnings = warnings(corpus, scan);
        try {
            return prepareIn(wanted, recipe, warnings, progress);
        } catch (IOException e) {
            warnings.add(wanted + ": prepared data cannot be written there (" + AtomicFiles.reason(e) + "); using "
                    + fallback + " instead");
        }
        try {
            return prepareIn(fallback, recipe, warnings, progress);
        } catch (IOException e) {
            throw new DataException("prepared data can be written neither to " + wanted + " nor to " + fallback + " ("
                    + AtomicFiles.reason(e) + "); make room or make one of them writable", e);
        }
    }

    /**
     * Into a directory of the user's choice.
     *
     * @param overwrite whether prepared data of another corpus or of other settings that are there may be replaced
     * @throws DataException if the text cannot be read or encoded, the directory cannot be written or holds something
     *     else
     * @throws UncheckedIOException if writing fails half-way, as on a full disk; then nothing is left
     */
    public static PreparedData prepareInto(Path out, Corpus corpus, PreparationSpec spec, boolean overwrite,
            ByteProgress progress) {
        PreparedDirectory directory = new PreparedDirectory(out.toAbsolutePath().normalize());
        requireUsable(out, directory);
        Scan scan = Scan.of(corpus, spec, progress);
        Recipe recipe = Recipe.of(corpus, spec, scan);
        if (Files.exists(directory.file(PreparedDirectory.MANIFEST)) && !overwrite) {
            List<String> differences = PreparedDirectory.differences(directory.manifest(), recipe.written(), scan);
            if (!differences.isEmpty()) {
                throw new DataException("--out: " + out + " holds data that were prepared otherwise ("
                        + String.join("; ", differences) + "); give another --out, or --overwrite to replace them");
            }
        }
        try {
            return prepareIn(directory.path(), recipe, warnings(corpus, scan), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(out + " cannot be written (" + AtomicFiles.reason(e)
                    + "), and nothing was left there; make room or give another --out", e));
        }
    }

    /**
     * The tokenizer alone, as preparing the corpus would make it; writes nothing.
     *
     * @throws DataException if the text cannot be read or gives no vocabulary
     */
    public static Tokenizer tokenizer(Corpus corpus, PreparationSpec spec) {
        return tokenizer(Recipe.of(corpus, spec, Scan.of(corpus, spec, ByteProgress.NONE)), ByteProgress.NONE);
    }

    /** Checks the output directory before hours of work, not after them. */
    private static void requireUsable(Path out, PreparedDirectory directory) {
        Path ancestor = directory.path();
        while (ancestor != null && !Files.exists(ancestor)) {
            ancestor = ancestor.getParent();
        }
        Path written = directory.path().equals(ancestor) && ancestor.getParent() != null ? ancestor.getParent()
                : ancestor;
        if (ancestor == null || !Files.isDirectory(ancestor)) {
            throw new DataException("--out: " + out + " cannot be made (" + ancestor
                    + " is a file); give another directory");
        }
        if (!Files.isWritable(written)) {
            throw new DataException("--out: " + out + " cannot be written (" + written
                    + " is read-only); give another directory");
        }
        try {
            if (!directory.isReplaceable()) {
                throw new DataException("--out: " + out
                        + " holds other files than prepared data; give a directory that does not exist yet");
            }
        } catch (IOException e) {
            throw new DataException("--out: " + out + " cannot be read (" + AtomicFiles.reason(e)
                    + "); give another directory", e);
        }
    }

    private static List<String> warnings(Corpus corpus, Scan scan) {
        List<String> warnings = new ArrayList<>(corpus.warnings());
        warnings.addAll(scan.warnings());
        return warnings;
    }

    /** All that determines the files. */
    private record Recipe(Corpus corpus, PreparationSpec spec, Scan scan, DataManifest.Recipe written) {
        static Recipe of(Corpus corpus, PreparationSpec spec, Scan scan) {
            TokenizerSpec tokenizer = spec.tokenizer();
            String name = tokenizer.isFile() ? "file:" + Tokenizers.load(Path.of(tokenizer.name())).hash()
                    : tokenizer.name();
            return new Recipe(corpus, spec, scan, new DataManifest.Recipe(name, tokenizer.vocabSize(),
                    spec.valFraction(), spec.seed(), spec.normalizeNewlines(), String.join(", ", spec.fields())));
        }

        String directory() {
            StringBuilder determinants = new StringBuilder(DataManifest.FORMAT + " " + DataManifest.VERSION + "\n"
                    + written);
            scan.sources().forEach(source -> determinants.append('\n').append(source.sha256()));
            String key = Hashes.sha256(determinants.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 12);
            return corpus.name() + "/" + (spec.tokenizer().isFile() ? "file" : written.tokenizer()) + "-" + key;
        }

        DataManifest manifest(int version, Tokenizer tokenizer, IdWidth width, DataManifest.Split train,
                DataManifest.Split val, Map<String, DataManifest.Completions> examples) {
            return new DataManifest(DataManifest.FORMAT, version, corpus.name(), corpus.source(), scan.sources(),
                    scan.documents(), scan.replaced(), written, tokenizer.name(), tokenizer.hash(),
                    tokenizer.vocabSize(), width, train, val, examples);
        }

        boolean made(DataManifest manifest) {
            return PreparedDirectory.differences(manifest, written, scan).isEmpty();
        }
    }

    private static PreparedData prepareIn(Path directory, Recipe recipe, List<String> warnings,
            ByteProgress progress) throws IOException {
        Optional<PreparedData> present = open(directory, recipe, warnings, progress);
        if (present.isPresent()) {
            WorkDirectory.removeLeftovers(directory.getParent());
            return present.get();
        }
        try (WorkDirectory work = WorkDirectory.create(directory.getParent())) {
            write(new PreparedDirectory(work.path()), recipe, progress);
            boolean published = publish(work.path(), directory, recipe, progress);
            AtomicFiles.syncDirectory(directory.getParent());
            return new PreparedDirectory(directory).open(!published, warnings, progress);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void write(PreparedDirectory directory, Recipe recipe, ByteProgress progress) throws IOException {
        PreparationSpec spec = recipe.spec();
        Tokenizer tokenizer = tokenizer(recipe, progress);
        IdWidth width = IdWidth.forVocabulary(tokenizer.vocabSize());
        AtomicFiles.write(directory.file(PreparedDirectory.TOKENIZER), tokenizer.toBytes());
        progress.started("encoding with " + tokenizer.name());
        DataManifest manifest = spec.isOfInstructions() ? writeExamples(directory, recipe, tokenizer, width, progress)
                : writeText(directory, recipe, tokenizer, width, progress);
        AtomicFiles.write(directory.file(PreparedDirectory.MANIFEST), Json.bytes(manifest));
        AtomicFiles.syncDirectory(directory.path());
    }

    private static DataManifest writeText(PreparedDirectory directory, Recipe recipe, Tokenizer tokenizer,
            IdWidth width, ByteProgress progress) throws IOException {
        Scan scan = recipe.scan();
        boolean several = scan.documents() > 1;
        try (Chunks chunks = chunks(recipe, progress);
                Encoder encoder = new Encoder(tokenizer, several, width, directory.file(PreparedDirectory.TRAIN),
                        directory.file(PreparedDirectory.VAL), recipe.spec().threads())) {
            encoder.encode(chunks);
            chunks.requireUnchanged(scan);
            return recipe.manifest(DataManifest.VERSION, tokenizer, width, encoder.finish(false, progress),
                    encoder.finish(true, progress), Map.of());
        }
    }

    private static DataManifest writeExamples(PreparedDirectory directory, Recipe recipe, Tokenizer tokenizer,
            IdWidth width, ByteProgress progress) throws IOException {
        try (Instructions pairs = instructions(recipe, progress);
                ExampleEncoder encoder = new ExampleEncoder(tokenizer, width, directory, recipe.spec().threads())) {
            encoder.encode(pairs);
            pairs.requireUnchanged(recipe.scan());
            DataManifest.Split train = encoder.finish(false, progress);
            DataManifest.Split val = encoder.finish(true, progress);
            return recipe.manifest(DataManifest.INSTRUCTIONS_VERSION, tokenizer, width, train, val,
                    Map.of(DataManifest.TRAIN, encoder.completions(false, progress),
                    DataManifest.VAL, encoder.completions(true, progress)));
        }
    }

    private static Tokenizer tokenizer(Recipe recipe, ByteProgress progress) {
        TokenizerSpec spec = recipe.spec().tokenizer();
        int threads = recipe.spec().threads();
        if (!spec.learnsFromText()) {
            return Tokenizers.create(spec, List.of(), threads, progress);
        }
        progress.started("learning the vocabulary");
        boolean fromAll = spec.learning() == Learning.WHOLE_TEXT;
        if (recipe.spec().isOfInstructions()) {
            String end = endsDocuments(spec) ? "" : EncodedExample.LINE_BREAK;
            try (Instructions pairs = instructions(recipe, progress)) {
                return Tokenizers.create(spec, pairs.texts(fromAll, end), threads, progress);
            }
        }
        try (Chunks chunks = chunks(recipe, progress)) {
            return Tokenizers.create(spec, chunks.texts(fromAll), threads, progress);
        }
    }

    private static Chunks chunks(Recipe recipe, ByteProgress progress) {
        // Without an end-of-text token, documents are kept apart by a line break.
        boolean lineBreaks = !endsDocuments(recipe.spec().tokenizer());
        return new Chunks(recipe.corpus(), recipe.spec(), recipe.scan().split(), lineBreaks, progress);
    }

    private static boolean endsDocuments(TokenizerSpec tokenizer) {
        return tokenizer.kind().map(TokenizerKind::endsDocuments).orElse(true);
    }

    private static Instructions instructions(Recipe recipe, ByteProgress progress) {
        return new Instructions(recipe.corpus(), recipe.spec().normalizeNewlines(),
                recipe.scan().split()::isForValidation, progress);
    }

    /** @return false if somebody else's whole directory was there first */
    private static boolean publish(Path temporary, Path directory, Recipe recipe,
            ByteProgress progress) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                if (Files.isDirectory(directory) && new PreparedDirectory(directory).isEmpty()) {
                    Files.deleteIfExists(directory);
                }
                Files.move(temporary, directory);
                return true;
            } catch (FileSystemException e) {
                if (!Files.exists(directory) || attempt == 2) {
                    throw e;
                }
                if (open(directory, recipe, List.of(), progress).isPresent()) {
                    return false;
                }
                setAside(directory);
            }
        }
    }

    /** What is replaced leaves its place in one move, so that nobody opens half a deleted directory. */
    private static void setAside(Path directory) throws IOException {
        LOG.info("{}: damaged, incomplete or other prepared data are replaced", directory);
        try (WorkDirectory aside = WorkDirectory.create(directory.getParent())) {
            Files.move(directory, aside.path().resolve("replaced"));
        }
    }

    /** Empty unless the directory holds, whole and unchanged, what the recipe makes. */
    private static Optional<PreparedData> open(Path directory, Recipe recipe, List<String> warnings,
            ByteProgress progress) {
        try {
            PreparedDirectory prepared = new PreparedDirectory(directory);
            return recipe.made(prepared.manifest()) ? Optional.of(prepared.open(true, warnings, progress))
                    : Optional.empty();
        } catch (DataException e) {
            LOG.debug("{}: nothing to use again", directory, e);
            return Optional.empty();
        }
    }
}
