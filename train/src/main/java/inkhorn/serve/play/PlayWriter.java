package inkhorn.serve.play;

import inkhorn.generate.BeamSearch;
import inkhorn.generate.FinishReason;
import inkhorn.generate.Generator;
import inkhorn.generate.StreamedText;
import inkhorn.generate.TokenListener;
import inkhorn.serve.model.ServedModel;
import java.util.List;

/** Generates a text and reports each token to a listener; if the listener returns false, the text ends. */
final class PlayWriter {
    private final ServedModel model;

    PlayWriter(ServedModel model) {
        this.model = model;
    }

    /** Token by token, with the random numbers of the first text that {@code sample} writes. */
    FinishReason write(WritingRequest asked, TokenListener listener) {
        return new Generator(model.trained().model(), ignored -> model.logits(), asked.sampler(), asked.seed())
                .generate(asked.text(), asked.limits(), 0, listener);
    }

    /** The best texts, step by step. */
    List<BeamSearch.Hypothesis> search(WritingRequest asked, String prompt, BeamSearch.Listener listener) {
        return new BeamSearch(model.trained().model(), ignored -> model.logits(), asked.beams().orElseThrow(),
                asked.penalties().transform()).search(asked.text().ids(), asked.limits(),
                StreamedText.stopsAt(model.trained().tokenizer(), prompt, asked.stops()), listener);
    }
}
