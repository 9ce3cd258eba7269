package inkhorn.cli;

import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Scores;
import inkhorn.generate.StreamedText;
import inkhorn.generate.TokenListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what is to be told of a text while it is written. */
final class TextRecorder implements TokenListener {

    private final List<Integer> ids = new ArrayList<>();
    private final List<Double> logProbabilities = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final StreamedText streamed;
    private final boolean isMeasuring;
    private final long started = System.nanoTime();
    private Double firstTokenMs;

    /**
     * @param prompt      what stands before the text
     * @param isMeasuring whether log-probabilities are wanted
     * @param out         receives the text piece by piece
     */
    TextRecorder(Tokenizer tokenizer, String prompt, List<String> stops, boolean isMeasuring, Consumer<String> out) {
        this.isMeasuring = isMeasuring;
        this.streamed = new StreamedText(tokenizer, prompt, stops, piece -> {
            text.append(piece);
            out.accept(piece);
        });
    }

    @Override
    public boolean accept(int id, float[] logits) {
        firstTokenMs = firstTokenMs == null ? Double.valueOf(milliseconds()) : firstTokenMs;
        ids.add(id);
        if (isMeasuring) {
            logProbabilities.add(Scores.logProbability(logits, id));
        }
        return streamed.accept(id, logits);
    }

    /** Passes on what was held back. */
    void finish() {
        streamed.finish();
    }

    WrittenText written(long sample, String prompt, String finishReason) {
        return new WrittenText(sample, prompt, text.toString(), ids, logProbabilities, null, finishReason,
                new WrittenText.Timings(firstTokenMs, milliseconds()));
    }

    private double milliseconds() {
        return (System.nanoTime() - started) / 1e6;
    }
}
