package inkhorn.data.tokenizer.bpe;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.tokenizer.SpecialTokens;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import java.util.Arrays;
import java.util.Map;

/**
 * GPT-2's tokenizer: OpenAI's vocabulary of 50,257 tokens, which lies in jtokkit's jar as {@code r50k_base}, in our own
 * {@link BpeTokenizer}, which gives jtokkit's ids several times as fast (docs/tokenizers.md).
 */
public final class Gpt2Tokenizer {
    public static final TokenizerKind KIND = new TokenizerKind("gpt2", Learning.NOTHING, 0, 0, true, true,
            TokenizerKind.HUGGING_FACE, (chunks, size, threads, progress) -> Holder.TOKENIZER, BpeTokenizer::fromJson);
    /** Of the saved form: by it a {@code tokenizer.json} of GPT-2 is recognized, Hugging Face's as well as ours. */
    static final String HASH = "fb64e70eecc4c6ea41e4cd3b45a751b743aaad9ccfba1bf3a0d858978211206f";
    private static final int END_OF_TEXT_ID = 50_256;

    private Gpt2Tokenizer() {}

    /** Read when it is first asked for. */
    private static final class Holder {
        static final BpeTokenizer TOKENIZER = new BpeTokenizer(KIND, vocabulary());

        private static BpeVocabulary vocabulary() {
            Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
            byte[][] tokens = new byte[END_OF_TEXT_ID][];
            Arrays.setAll(tokens, id -> {
                IntArrayList one = new IntArrayList(1);
                one.add(id);
                return encoding.decodeBytes(one);
            });
            return BpeVocabulary.fromRanks(tokens, Map.of(SpecialTokens.END_OF_TEXT, END_OF_TEXT_ID));
        }
    }
}
