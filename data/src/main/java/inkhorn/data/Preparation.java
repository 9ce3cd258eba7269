package inkhorn.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a text into {@code train.bin}, {@code val.bin}, {@code tokenizer.json} and {@code manifest.json} in
 * {@code <sets>/<data set>/<tokenizer>-<key>/}. The key is a hash of all that determines the files, so a changed text or
 * setting never meets old ids. The directory is made under another name and renamed when whole; whoever comes second
 * uses what the first one made. Files are used again only while every hash agrees.
 */
public final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
    private static final String TRAIN = "train.bin";
    private static final String VAL = "val.bin";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String MANIFEST = "manifest.json";

    private final Path setsDirectory;
    private final Path fallbackDirectory;

    /** @param setsDirectory {@code data/sets}; where it cannot be written, a directory under java.io.tmpdir serves */
    public Preparation(Path setsDirectory) {
        this(setsDirectory, Path.of(System.getProperty("java.io.tmpdir"), "inkhorn-" + System.getProperty("user.name"), "sets"));
    }

    Preparation(Path setsDirectory, Path fallbackDirectory) {
        this.setsDirectory = setsDirectory;
        this.fallbackDirectory = fallbackDirectory;
    }

    /** All that determines the files. */
    private record Recipe(Corpus corpus, String tokenizer, double valFraction) {
        String directory() {
            String determinants = String.join("\n", Manifest.FORMAT + " " + Manifest.VERSION, corpus.hash(), tokenizer, "" + valFraction);
            return corpus.name() + "/" + tokenizer + "-" + Hashes.sha256(determinants.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
        }

        boolean made(Manifest manifest) {
            return manifest.format().equals(Manifest.FORMAT)
                    && manifest.version() == Manifest.VERSION
                    && manifest.sourceSha256().equals(corpus.hash())
                    && manifest.tokenizer().equals(tokenizer)
                    && manifest.valFraction() == valFraction;
        }
    }

    /**
     * @param tokenizer a name, as in {@code data.tokenizer}
     * @param valFraction share of the characters, from the end, for validation: above 0 and below 1
     * @throws DataException if a setting is not allowed, the text cannot be encoded, or nothing can be written
     */
    public PreparedData prepare(Corpus corpus, String tokenizer, double valFraction) {
        Splits.requireFraction(valFraction);
        Tokenizers.requireKnown(tokenizer);
        Recipe recipe = new Recipe(corpus, tokenizer, valFraction);
        Path wanted = setsDirectory.resolve(recipe.directory());
        Path fallback = fallbackDirectory.resolve(recipe.directory());
        List<String> warnings = new ArrayList<>(corpus.warnings());
        try {
            return prepareIn(wanted, recipe, warnings);
        } catch (IOException e) {
            warnings.add(wanted + ": prepared data cannot be written there (" + AtomicFiles.reason(e) + "); using " + fallback + " instead");
        }
        try {
            return prepareIn(fallback, recipe, warnings);
        } catch (IOException e) {
            throw new DataException("prepared data can be written neither to " + wanted + " nor to " + fallback + " ("
                    + AtomicFiles.reason(e) + "); make room or make one of them writable", e);
        }
    }

    private static PreparedData prepareIn(Path directory, Recipe recipe, List<String> warnings) throws IOException {
        Optional<PreparedData> present = open(directory, recipe, true, warnings);
        if (present.isPresent()) {
            return present.get();
        }
        Files.createDirectories(directory.getParent());
        Path temporary = directory.resolveSibling(".tmp-" + UUID.randomUUID());
        Files.createDirectory(temporary);
        try {
            write(temporary, recipe);
            boolean published = publish(temporary, directory, recipe);
            return open(directory, recipe, !published, warnings)
                    .orElseThrow(() -> new IOException("what was written does not read back"));
        } finally {
            AtomicFiles.deleteTree(temporary);
        }
    }

    private static void write(Path directory, Recipe recipe) throws IOException {
        Corpus corpus = recipe.corpus();
        String text = corpus.text();
        int characters = corpus.characters();
        int cut = text.offsetByCodePoints(0, Splits.trainCharacters(characters, recipe.valFraction()));
        Tokenizer tokenizer = Tokenizers.create(recipe.tokenizer(), text);
        IdWidth width = IdWidth.forVocabulary(tokenizer.vocabularySize());
        AtomicFiles.write(directory.resolve(TOKENIZER), tokenizer.toBytes());
        Manifest.Split train = writeSplit(directory.resolve(TRAIN), width, tokenizer, text.substring(0, cut));
        Manifest.Split val = writeSplit(directory.resolve(VAL), width, tokenizer, text.substring(cut));
        Manifest manifest = new Manifest(Manifest.FORMAT, Manifest.VERSION, corpus.name(), corpus.source(), corpus.hash(), characters,
                corpus.replaced(), tokenizer.name(), tokenizer.hash(), tokenizer.vocabularySize(), width, recipe.valFraction(), train, val);
        AtomicFiles.write(directory.resolve(MANIFEST), Json.bytes(manifest));
    }

    private static Manifest.Split writeSplit(Path file, IdWidth width, Tokenizer tokenizer, String text) throws IOException {
        int[] ids = tokenizer.encode(text);
        try (TokenFileWriter out = new TokenFileWriter(file, width)) {
            out.append(ids);
            out.finish();
        }
        return new Manifest.Split(text.codePointCount(0, text.length()), ids.length, Hashes.sha256(file));
    }

    /** @return false if somebody else's whole directory was there first */
    private static boolean publish(Path temporary, Path directory, Recipe recipe) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                Files.move(temporary, directory);
                return true;
            } catch (FileSystemException e) {
                if (!Files.exists(directory) || attempt == 2) {
                    throw e;
                }
                if (open(directory, recipe, true, List.of()).isPresent()) {
                    return false;
                }
                setAside(directory);
            }
        }
    }

    /** Damaged files leave their place in one move, so that nobody opens half a deleted directory. */
    private static void setAside(Path directory) throws IOException {
        LOG.warn("{}: prepared data is damaged or incomplete and is made again", directory);
        Path aside = directory.resolveSibling(".tmp-" + UUID.randomUUID());
        Files.move(directory, aside);
        AtomicFiles.deleteTree(aside);
    }

    /** Empty unless the directory holds, whole and unchanged, what the recipe makes. */
    private static Optional<PreparedData> open(Path directory, Recipe recipe, boolean reused, List<String> warnings) {
        try {
            Manifest manifest = Json.MAPPER.readerFor(Manifest.class).readValue(Files.readAllBytes(directory.resolve(MANIFEST)));
            if (manifest == null || !recipe.made(manifest)
                    || !manifest.tokenizerSha256().equals(Hashes.sha256(directory.resolve(TOKENIZER)))
                    || !manifest.train().sha256().equals(Hashes.sha256(directory.resolve(TRAIN)))
                    || !manifest.val().sha256().equals(Hashes.sha256(directory.resolve(VAL)))) {
                return Optional.empty();
            }
            Tokenizer tokenizer = Tokenizers.load(directory.resolve(TOKENIZER));
            TokenFile train = TokenFile.open(directory.resolve(TRAIN), manifest.idBits());
            TokenFile val = TokenFile.open(directory.resolve(VAL), manifest.idBits());
            return Optional.of(new PreparedData(tokenizer, train, val, manifest, directory, reused, warnings));
        } catch (IOException | DataException e) {
            LOG.debug("{}: nothing to use again", directory, e);
            return Optional.empty();
        }
    }
}
