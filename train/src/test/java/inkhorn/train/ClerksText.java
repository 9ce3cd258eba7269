package inkhorn.train;

import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.nio.file.Path;

/** Two thousand made-up characters, which tests of a whole run train on. */
final class ClerksText {
    private ClerksText() {}

    static PreparedData prepare(Path directory) {
        String text = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);
        return new Preparation(directory).prepare(Corpus.of("made-up", "made-up", text),
                PreparationSpec.of(TokenizerSpec.of("char"), 0.1, 1), ByteProgress.NONE);
    }
}
