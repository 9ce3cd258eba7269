package inkhorn.nn.hf;

import java.util.Map;

/**
 * LlamaForCausalLM and Qwen3ForCausalLM of transformers in plain doubles, one loop after the other, from what their
 * files hold: the keys of {@code config.json} and the tensors of {@code model.safetensors}. Nothing of Inkhorn's takes
 * part.
 */
final class PlainLlama {
    private final Map<String, Object> keys;
    private final Map<String, float[]> tensors;
    private final int headSize;

    PlainLlama(Map<String, Object> keys, Map<String, float[]> tensors) {
        this.keys = keys;
        this.tensors = tensors;
        this.headSize = size("head_dim");
    }

    private int size(String key) {
        return (int) keys.get(key);
    }

    /** (T, V) of one sequence. */
    double[][] logits(int... ids) {
        int channels = size("hidden_size");
        double[][] x = new double[ids.length][channels];
        for (int t = 0; t < ids.length; t++) {
            for (int c = 0; c < channels; c++) {
                x[t][c] = tensors.get("model.embed_tokens.weight")[ids[t] * channels + c];
            }
        }
        for (int layer = 0; layer < size("num_hidden_layers"); layer++) {
            String block = "model.layers." + layer + ".";
            add(x, attention(block + "self_attn.", normed(block + "input_layernorm", x)));
            add(x, feedForward(block + "mlp.", normed(block + "post_attention_layernorm", x)));
        }
        return linear((boolean) keys.get("tie_word_embeddings") ? "model.embed_tokens" : "lm_head",
                normed("model.norm", x));
    }

    private static void add(double[][] x, double[][] branch) {
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < x[t].length; c++) {
                x[t][c] += branch[t][c];
            }
        }
    }

    private double[][] normed(String name, double[][] x) {
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = normed(tensors.get(name + ".weight"), x[t]);
        }
        return y;
    }

    private double[] normed(float[] weight, double... x) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double[] y = new double[x.length];
        for (int c = 0; c < x.length; c++) {
            y[c] = weight[c] * x[c] / Math.sqrt(squares / x.length + (double) keys.get("rms_norm_eps"));
        }
        return y;
    }

    /** A torch Linear: the weight lies (outputs, inputs). */
    private double[][] linear(String name, double[][] x) {
        float[] weight = tensors.get(name + ".weight");
        int inputs = x[0].length;
        int outputs = weight.length / inputs;
        double[][] y = new double[x.length][outputs];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    y[t][o] += weight[o * inputs + i] * x[t][i];
                }
            }
        }
        return y;
    }

    private double[][] feedForward(String name, double[][] x) {
        double[][] gate = linear(name + "gate_proj", x);
        double[][] up = linear(name + "up_proj", x);
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < up[t].length; i++) {
                up[t][i] *= gate[t][i] / (1 + Math.exp(-gate[t][i]));
            }
        }
        return linear(name + "down_proj", up);
    }

    private double[][] attention(String name, double[][] x) {
        int heads = size("num_attention_heads");
        int groups = heads / size("num_key_value_heads");
        double[][] queries = linear(name + "q_proj", x);
        double[][] keyRows = linear(name + "k_proj", x);
        double[][] values = linear(name + "v_proj", x);
        double[][] y = new double[x.length][heads * headSize];
        for (int head = 0; head < heads; head++) {
            int shared = head / groups;
            double[][] q = rotated(name + "q_norm", queries, head);
            double[][] k = rotated(name + "k_norm", keyRows, shared);
            for (int t = 0; t < x.length; t++) {
                double[] weights = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double product = 0;
                    for (int c = 0; c < headSize; c++) {
                        product += q[t][c] * k[s][c];
                    }
                    weights[s] = Math.exp(product / Math.sqrt(headSize));
                    sum += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int c = 0; c < headSize; c++) {
                        y[t][head * headSize + c] += weights[s] / sum * values[s][shared * headSize + c];
                    }
                }
            }
        }
        return linear(name + "o_proj", y);
    }

    /** A head of queries or keys, normalized where the file has a norm, then {@code x·cos + rotate_half(x)·sin}. */
    private double[][] rotated(String norm, double[][] all, int head) {
        double[][] turned = new double[all.length][headSize];
        for (int t = 0; t < all.length; t++) {
            double[] x = new double[headSize];
            System.arraycopy(all[t], head * headSize, x, 0, headSize);
            if (tensors.containsKey(norm + ".weight")) {
                x = normed(tensors.get(norm + ".weight"), x);
            }
            int half = headSize / 2;
            for (int c = 0; c < headSize; c++) {
                double frequency = 1 / Math.pow((double) keys.get("rope_theta"), 2.0 * (c % half) / headSize);
                double other = c < half ? -x[c + half] : x[c - half];
                turned[t][c] = x[c] * Math.cos(t * frequency) + other * Math.sin(t * frequency);
            }
        }
        return turned;
    }
}
