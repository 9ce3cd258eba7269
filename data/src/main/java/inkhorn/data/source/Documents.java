package inkhorn.data.source;

import java.io.IOException;

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

    /** The whole source is one document. */
    static Documents whole(Utf8Reader text) {
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
}
