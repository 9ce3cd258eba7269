package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.config.DataConfig;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import java.nio.file.Path;
import java.util.Optional;

/** The data that the section {@code data} of a config names; they are prepared if necessary. */
final class TrainingData {

    private TrainingData() {
    }

    /**
     * The data, with a line of progress where they take long.
     *
     * @param threads that encode
     * @throws inkhorn.cli.launch.Stopped where somebody asks to stop before the end
     */
    static PreparedData of(DataConfig data, int threads, Context context, Shutdown shutdown) {
        try (ByteProgressLine progress = ByteProgressLine.open(context.out(), shutdown::check)) {
            if (data.dir() != null) {
                PreparedData prepared = PreparedData.open(Path.of(data.dir()), progress);
                Optional.ofNullable(data.format()).ifPresent(prepared::requireFormat);
                prepared.requireMadeWith(data.tokenizerSpec(), data.valFraction());
                return prepared;
            }
            Corpus corpus = data.corpus(context.dataSets(), progress);
            return new Preparation(context.dataSets()).prepare(corpus, data.preparation(threads), progress);
        }
    }
}
