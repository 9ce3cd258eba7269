package inkhorn.cli.options;

import inkhorn.data.tokenizer.Tokenizers;
import java.util.Iterator;

/** The names of all kinds of tokenizers, for the help of options that take one. */
public final class TokenizerNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Tokenizers.NAMES.iterator();
    }
}
