package inkhorn.nn;

import inkhorn.autograd.AttentionCache;
import java.util.Arrays;

/**
 * The keys and values of one sequence, at each layer of a {@link Gpt}: what later tokens read of earlier ones (Pope et
 * al. 2022, 2.1). Reordering sequences reorders references; only a sequence that is continued twice is copied.
 */
public final class KeyValueCache {
    private final AttentionCache[] layers;

    /**
     * Room for {@code block_size} positions: {@code 2·n_layer·block_size} floats and a little for each of
     * {@link GptConfig#keyChannels}.
     */
    public KeyValueCache(GptConfig config) {
        layers = new AttentionCache[config.nLayer()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = new AttentionCache(config.blockSize(), config.nHead(), config.keyHeads(), config.headSize(),
                    config.position() == Position.ALIBI);
        }
    }

    /** Positions that all layers keep. */
    public int length() {
        return layers[layers.length - 1].length();
    }

    /** Forgets everything. */
    public void clear() {
        truncate(0);
    }

    /** Forgets all positions but the first {@code length}, those among them that only some layers have. */
    void truncate(int length) {
        for (AttentionCache layer : layers) {
            layer.truncate(length);
        }
    }

    /** Becomes a copy of another cache of the same model. */
    public void copyFrom(KeyValueCache other) {
        for (int i = 0; i < layers.length; i++) {
            layers[i].copyFrom(other.layers[i]);
        }
    }

    /** The caches of one layer, one a sequence. */
    static AttentionCache[] layer(int i, KeyValueCache[] caches) {
        return Arrays.stream(caches).map(cache -> cache.layers[i]).toArray(AttentionCache[]::new);
    }
}
