package inkhorn.generate;

import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Turns tokens into text as they come, up to a stop string or the end-of-text token, neither of which is shown. */
public final class StreamedText implements TokenListener {
    private final StreamDecoder decoder;
    private final OptionalInt endOfText;
    private final StopStrings stops;
    private final Consumer<String> out;
    private int decoded;

    /**
     * @param prompt what stands before the text
     * @param out receives the text piece by piece
     * @throws IllegalArgumentException when a stop string is empty
     */
    public StreamedText(Tokenizer tokenizer, String prompt, List<String> stops, Consumer<String> out) {
        this.decoder = tokenizer.streamDecoderAfter(prompt);
        this.endOfText = tokenizer.endOfText();
        this.stops = new StopStrings(stops);
        this.out = out;
    }

    @Override
    public boolean accept(int id, float[] logits) {
        if (endOfText.isEmpty() || id != endOfText.getAsInt()) {
            String piece = decoder.next(id);
            decoded += piece.length();
            pass(stops.next(piece));
        }
        return !stops.isReached();
    }

    /** Characters so far, those that were held back or belong to a stop string too. */
    public int decoded() {
        return decoded;
    }

    /** To be called when the text has ended: passes on what was held back. */
    public void finish() {
        if (!stops.isReached()) {
            pass(stops.next(decoder.finish()));
            pass(stops.finish());
        }
    }

    private void pass(String text) {
        if (!text.isEmpty()) {
            out.accept(text);
        }
    }

    /**
     * Whether the text of these tokens holds a stop string: for {@link BeamSearch}, where texts do not grow one by one.
     */
    public static Predicate<int[]> stopsAt(Tokenizer tokenizer, String prompt, List<String> stops) {
        return stops.isEmpty() ? ids -> false : ids -> {
            StreamedText text = new StreamedText(tokenizer, prompt, stops, ignored -> { });
            for (int id : ids) {
                text.accept(id, null);
            }
            return text.stops.isReached();
        };
    }
}
