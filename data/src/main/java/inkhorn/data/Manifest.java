package inkhorn.data;

import java.util.Objects;

/**
 * What lies in a directory of prepared data, as {@code manifest.json}. It is enough to tell whether the files are whole
 * and what they were made from.
 *
 * @param format always {@link #FORMAT}
 * @param version of this layout
 * @param dataset name of the data set
 * @param source where its text came from, for people
 * @param sourceSha256 of the text in UTF-8, without a byte order mark
 * @param characters code points of the text
 * @param replaced invalid UTF-8 sequences replaced
 * @param tokenizer its name
 * @param tokenizerSha256 of {@code tokenizer.json}
 * @param vocabularySize tokens
 * @param idBits width of the ids in both token files
 * @param valFraction share of the characters, from the end, that is for validation
 * @param train {@code train.bin}
 * @param val {@code val.bin}
 */
public record Manifest(String format, int version, String dataset, String source, String sourceSha256, long characters, int replaced,
        String tokenizer, String tokenizerSha256, int vocabularySize, IdWidth idBits, double valFraction, Split train, Split val) {
    static final String FORMAT = "inkhorn-prepared";
    static final int VERSION = 1;

    public Manifest {
        for (Object field : new Object[] {format, dataset, source, sourceSha256, tokenizer, tokenizerSha256, idBits, train, val}) {
            Objects.requireNonNull(field, "a field of the manifest is missing");
        }
    }

    /**
     * @param characters code points of this part of the text
     * @param tokens ids in the file
     * @param sha256 of the file
     */
    public record Split(long characters, long tokens, String sha256) {
        public Split {
            Objects.requireNonNull(sha256, "sha256");
        }
    }
}
