package inkhorn.nn.hf;

import inkhorn.nn.LanguageModel;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An architecture as files have it: the keys of its {@code config.json}, and the names and layout of its tensors. */
interface Architecture {

    /** The value of {@code model_type}. */
    String modelType();

    /** Whether a model is this architecture in all its parts, so that its files may be written as such. */
    boolean isOf(LanguageModel model);

    /** Makes a model, its weights to be loaded. */
    LanguageModel read(Keys keys);

    /** The keys of a model in the order in which they are written. */
    Map<String, Object> write(LanguageModel model);

    /** Where keys have other sizes than a file's tensors; found before a model is made. */
    List<String> misfits(Keys keys, Map<String, int[]> file);

    /** The key with the longest context. */
    String blockSizeKey();

    /** The keys with probabilities of dropping, all of one value. */
    default List<String> dropoutKeys() {
        return List.of();
    }

    /** What names of a file may lack at their beginning. */
    default String prefix() {
        return "";
    }

    /** Names, with or without the prefix, of what a file may hold and is no weight; null for none. */
    default Pattern noWeights() {
        return null;
    }

    /** What a file has of a model's tensor: that itself, or its parts from the first column to the last. */
    default List<FileTensor> tensors(LanguageModel model, String own, int... shape) {
        return List.of(FileTensor.same(own, shape));
    }

    /** The biases that the architecture has and the model does without, with their lengths: a file has zeros. */
    default Map<String, Integer> zeroBiases(LanguageModel model) {
        return Map.of();
    }

    /** The rows of each table that has one for each token or position, by the table's name in the file. */
    default Map<String, Integer> rows(LanguageModel model) {
        return Map.of();
    }
}
