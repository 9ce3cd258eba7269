package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.SourceReader;
import inkhorn.data.source.TextSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What a first reading of a corpus finds: all that has to be known before the corpus can be split and encoded.
 *
 * @param sources what was read, with hashes
 * @param documents that are not empty
 * @param characters code points of all of them
 * @param split which part is for validation
 * @param warnings a line for each source in which something was replaced
 */
record Scan(List<DataManifest.Source> sources, long documents, long characters, SplitRule split,
        List<String> warnings) {
    private static final int WARNINGS = 5;

    /** @throws DataException if a source cannot be read, or there is no text in any of them */
    static Scan of(Corpus corpus, PreparationSpec spec, ByteProgress progress) {
        return new Reading(corpus, spec, progress).all();
    }

    long replaced() {
        return sources.stream().mapToLong(DataManifest.Source::replaced).sum();
    }

    private static final class Reading {
        private final Corpus corpus;
        private final PreparationSpec spec;
        private final ByteProgress progress;
        private final long total;
        private final List<DataManifest.Source> sources = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final char[] buffer = new char[1 << 16];
        private long done;
        private long documents;
        private long characters;
        private double lowest = 1;
        private double highest;

        Reading(Corpus corpus, PreparationSpec spec, ByteProgress progress) {
            this.corpus = corpus;
            this.spec = spec;
            this.progress = progress;
            total = corpus.bytes();
        }

        Scan all() {
            progress.started("reading " + corpus.source());
            for (TextSource source : corpus.texts()) {
                try (SourceReader reader = new SourceReader(source, spec.fields(), spec.normalizeNewlines())) {
                    read(reader);
                    sources.add(new DataManifest.Source(source.name(), reader.bytesRead(), reader.sha256(),
                            reader.replaced()));
                    warn(source, reader);
                    done += source.bytes();
                }
            }
            progress.bytes(total, total);
            if (spec.isOfInstructions() && documents < 2) {
                throw new DataException(corpus.source() + ": found " + documents + (documents == 1 ? " example"
                        : " examples") + ", expected at least 2, of which one is for validation");
            }
            if (characters == 0) {
                throw new DataException(corpus.source()
                        + ": the text is empty; give a UTF-8 text file with characters in it");
            }
            SplitRule split = documents == 1 ? SplitRule.ofOneText(characters, spec.valFraction())
                    : SplitRule.ofDocuments(spec.valFraction(), spec.seed(), lowest, highest);
            return new Scan(List.copyOf(sources), documents, characters, split, summarized());
        }

        private void read(SourceReader reader) {
            while (reader.next()) {
                long before = characters;
                for (int n; (n = reader.read(buffer, 0, buffer.length)) >= 0; ) {
                    for (int i = 0; i < n; i++) {
                        characters += Character.isLowSurrogate(buffer[i]) ? 0 : 1;
                    }
                    progress.bytes(Math.min(total, done + reader.bytesRead()), total);
                }
                if (characters > before) {
                    double draw = SplitRule.draw(spec.seed(), documents++);
                    lowest = Math.min(lowest, draw);
                    highest = Math.max(highest, draw);
                }
            }
        }

        private void warn(TextSource source, SourceReader reader) {
            long replaced = reader.replaced();
            if (replaced > 0) {
                String first = reader.firstMalformed() < 0 ? "" : ", the first at byte offset "
                        + reader.firstMalformed();
                warnings.add(source.location() + ": " + replaced + " invalid UTF-8 sequence"
                        + (replaced == 1 ? "" : "s")
                        + " replaced by U+FFFD" + first + "; save the file as UTF-8 if that is not wanted");
            }
        }

        private List<String> summarized() {
            if (warnings.size() <= WARNINGS) {
                return List.copyOf(warnings);
            }
            List<String> few = new ArrayList<>(warnings.subList(0, WARNINGS));
            few.add("invalid UTF-8 was replaced in " + (warnings.size() - WARNINGS)
                    + " more files; manifest.json names them");
            return few;
        }
    }
}
