package inkhorn.data.source;

import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a source's documents as text, in constant memory but for a line of JSON. What goes wrong is a
 * {@link DataException}.
 */
public final class SourceReader implements Closeable {
    /** The documents of one source, one after the other, each a stream of characters. */
    interface Documents {
        /** Goes on to the next document, past what is left of this one; false after the last. */
        boolean next() throws IOException;

        /** @return how many characters of this document were read, at least 1, or -1 at its end */
        int read(char[] out, int at, int count) throws IOException;

        /** Invalid sequences replaced by U+FFFD so far, beside those of the UTF-8 itself. */
        default long replaced() {
            return 0;
        }
    }

    private final TextSource source;
    private final boolean normalizeNewlines;
    private final Counting raw;
    private Utf8Reader utf8;
    private Documents documents;
    /** The documents, where they are JSON lines; else null. */
    private JsonLines lines;
    private boolean afterReturn;

    /** @param field of a JSON line that holds the document */
    public SourceReader(TextSource source, String field, boolean normalizeNewlines) {
        this(source, List.of(field), normalizeNewlines);
    }

    /**
     * Reads the source's documents.
     *
     * @param fields of a JSON line that hold the document: one, or its {@link #parts}
     * @throws DataException if there are several fields and the source is no JSON lines
     */
    public SourceReader(TextSource source, List<String> fields, boolean normalizeNewlines) {
        if (fields.size() > 1 && !source.jsonLines()) {
            throw new DataException(source.location() + ": is no .jsonl or .ndjson file; instructions are JSON lines "
                    + "of a prompt and its completion");
        }
        this.source = source;
        this.normalizeNewlines = normalizeNewlines;
        this.raw = attempt(() -> new Counting(source.opener().open()));
        boolean opened = false;
        try {
            utf8 = new Utf8Reader(attempt(() -> source.gzip() ? new GZIPInputStream(raw, 1 << 16) : raw),
                    source.location());
            lines = source.jsonLines() ? new JsonLines(utf8, source.location(), fields) : null;
            documents = lines != null ? lines : whole(utf8);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** The whole source is one document. */
    private static Documents whole(Utf8Reader text) {
        return new Documents() {
            private boolean begun;

            @Override
            public boolean next() {
                boolean first = !begun;
                begun = true;
                return first;
            }

            @Override
            public int read(char[] out, int at, int count) throws IOException {
                return text.read(out, at, count);
            }
        };
    }

    public boolean next() {
        afterReturn = false;
        return attempt(documents::next);
    }

    /** The fields of the document that {@link #next} went on to, instead of {@link #read}; of JSON lines only. */
    public List<String> parts() {
        return normalizeNewlines ? lines.parts().stream().map(part -> part.replaceAll("\\r\\n?", "\n")).toList()
                : lines.parts();
    }

    /** Where that document stands, for messages; of JSON lines only. */
    public String place() {
        return source.location() + ": line " + lines.line();
    }

    public int read(char[] out, int at, int count) {
        while (true) {
            int n = attempt(() -> documents.read(out, at, count));
            int kept = n > 0 && normalizeNewlines ? normalize(out, at, n) : n;
            if (kept != 0 || n < 0) {
                return kept;
            }
        }
    }

    /** A carriage return, with or without a line feed behind it, becomes a line feed. */
    private int normalize(char[] text, int at, int count) {
        int to = at;
        for (int i = at; i < at + count; i++) {
            char c = text[i];
            if (!(afterReturn && c == '\n')) {
                text[to++] = c == '\r' ? '\n' : c;
            }
            afterReturn = c == '\r';
        }
        return to - at;
    }

    /** Bytes taken from the source so far. */
    public long bytesRead() {
        return raw.count;
    }

    /** Invalid sequences replaced by U+FFFD so far. */
    public long replaced() {
        return utf8.malformed() + documents.replaced();
    }

    /** Byte offset of the first invalid UTF-8 in the text, -1 if there is none. */
    public long firstMalformed() {
        return utf8.firstMalformed();
    }

    /** SHA-256 of all the source's bytes; reads what is left of them. */
    public String sha256() {
        return attempt(() -> {
            raw.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(raw.digest.getMessageDigest().digest());
        });
    }

    @Override
    public void close() {
        attempt(() -> {
            raw.close();
            return null;
        });
    }

    private interface Read<T> {
        T run() throws IOException;
    }

    private <T> T attempt(Read<T> read) {
        try {
            return read.run();
        } catch (ZipException | EOFException e) {
            throw new DataException(source.location() + ": the gzip file is broken (" + e.getMessage()
                    + "); copy it again or compress the text anew", e);
        } catch (IOException e) {
            throw new DataException(source.location() + ": cannot be read (" + AtomicFiles.reason(e)
                    + "); give a UTF-8 text file that can", e);
        }
    }

    private static final class Counting extends FilterInputStream {
        private final DigestInputStream digest;
        private long count;

        Counting(InputStream in) {
            this(new DigestInputStream(new BufferedInputStream(in, 1 << 16), Hashes.digest()));
        }

        private Counting(DigestInputStream in) {
            super(in);
            digest = in;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] out, int at, int length) throws IOException {
            int n = super.read(out, at, length);
            count += Math.max(0, n);
            return n;
        }
    }
}
