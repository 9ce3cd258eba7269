package inkhorn.inspect;

import inkhorn.autograd.Rng;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A small model whose heads look at different places, and a text that would break out of a careless page. */
final class Views {

    static final String HOSTILE = "</script><b>&\"'\n\u2028x@DATA@ ";
    static final int LAYERS = 2;
    static final int HEADS = 3;

    private Views() {
    }

    static Gpt gpt(int vocabulary) {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(vocabulary).withBlockSize(64).withNLayer(LAYERS)
                .withNHead(HEADS).withNEmbd(12).withBias(true),
                new Rng(7));
        // As initialised every head looks at all positions alike.
        for (Parameter p : gpt.namedParameters()) {
            if (p.name().endsWith("weight") && p.tensor().shape().rank() == 2) {
                float[] weights = p.tensor().data();
                IntStream.range(0, p.tensor().size()).forEach(i -> weights[i] *= 30);
            }
        }
        return gpt;
    }

    static AttentionView of(String text) {
        return of(text, IntStream.range(0, LAYERS).boxed().toList(), IntStream.range(0, HEADS).boxed().toList());
    }

    static AttentionView of(String text, List<Integer> layers, List<Integer> heads) {
        Tokenizer tokenizer = CharTokenizer.fromText(HOSTILE + "abcdefgh漢😀");
        int[] ids = tokenizer.encode(text);
        List<AttentionView.Token> tokens = Arrays.stream(ids)
                .mapToObj(id -> new AttentionView.Token(id, tokenizer.decode(new int[] {id}),
                tokenizer.decode(new int[] {id}).replace("\n", "\\n"))).toList();
        return new AttentionView("small", ForwardCapture.of(gpt(tokenizer.vocabSize()), ids), tokens,
                id -> tokenizer.decode(new int[] {id}).replace("\n", "\\n"), layers, heads);
    }
}
