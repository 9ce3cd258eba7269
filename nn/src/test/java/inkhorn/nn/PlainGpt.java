package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.kernel.RowNorm;
import java.util.HashMap;
import java.util.Map;

/**
 * The definition of every architecture in plain doubles, one position of one sequence after the other: nothing of the
 * engine takes part. Weights are read by name.
 */
final class PlainGpt {
    private final GptConfig config;
    private final Map<String, double[]> weights = new HashMap<>();
    private int time;
    /** What the branches are multiplied by: attention and feed-forward layer of each block. */
    private double[] branchFactors;
    /** What the first block's heads read, by the head of keys and values. */
    private double[][][] firstValues;

    PlainGpt(Gpt gpt) {
        config = gpt.gptConfig();
        for (Parameter p : gpt.namedParameters()) {
            double[] values = new double[p.tensor().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = p.tensor().data()[i];
            }
            weights.put(p.name(), values);
        }
    }

    /** The same model with its branches, two a block, multiplied by these numbers. */
    PlainGpt withBranchesTimes(double... factors) {
        branchFactors = factors;
        return this;
    }

    /** The values of a parameter, which may be changed. */
    double[] weight(String name) {
        return weights.get(name);
    }

    /** The mean over all positions of -log p(target). */
    double loss(IntTensor ids, IntTensor targets) {
        double total = 0;
        int batch = ids.shape().dim(0);
        int length = ids.shape().dim(1);
        for (int b = 0; b < batch; b++) {
            int[] sequence = new int[length];
            System.arraycopy(ids.data(), b * length, sequence, 0, length);
            double[][] logits = logits(sequence);
            for (int t = 0; t < length; t++) {
                double sum = 0;
                for (double logit : logits[t]) {
                    sum += Math.exp(logit);
                }
                total += Math.log(sum) - logits[t][targets.data()[b * length + t]];
            }
        }
        return total / (batch * length);
    }

    /** (T, V) of one sequence. */
    double[][] logits(int... ids) {
        time = ids.length;
        double[][] x = new double[time][config.nEmbd()];
        for (int t = 0; t < time; t++) {
            for (int c = 0; c < config.nEmbd(); c++) {
                x[t][c] = weights.get("transformer.wte.weight")[ids[t] * config.nEmbd() + c] + position(t, c);
            }
        }
        for (int layer = 0; layer < config.nLayer(); layer++) {
            String block = "transformer.h." + layer + ".";
            add(x, branch(block + "ln_1_post", attention(block + "attn.", norm(block + "ln_1", x))), 2 * layer);
            add(x, branch(block + "ln_2_post", feedForward(block + "mlp.", norm(block + "ln_2", x))), 2 * layer + 1);
        }
        double[][] normed = norm("transformer.ln_f", x);
        double[] table = weights.get(config.tieWeights() ? "transformer.wte.weight" : "lm_head.weight");
        double[][] logits = new double[time][config.vocabSize()];
        for (int t = 0; t < time; t++) {
            for (int v = 0; v < config.vocabSize(); v++) {
                for (int c = 0; c < config.nEmbd(); c++) {
                    logits[t][v] += normed[t][c] * table[v * config.nEmbd() + c];
                }
                double cap = config.logitSoftcap();
                logits[t][v] = cap == 0 ? logits[t][v] : cap * Math.tanh(logits[t][v] / cap);
            }
        }
        return logits;
    }

    private double position(int t, int c) {
        return switch (config.position()) {
            case LEARNED -> weights.get("transformer.wpe.weight")[t * config.nEmbd() + c];
            case SINUSOIDAL -> {
                double angle = t / Math.pow(10_000, (double) (c / 2 * 2) / config.nEmbd());
                yield (c % 2 == 0 ? Math.sin(angle) : Math.cos(angle)) / Math.sqrt(config.nEmbd());
            }
            default -> 0;
        };
    }

    private double[][] branch(String norm, double[][] x) {
        return config.normPosition() == GptConfig.NormPosition.SANDWICH ? norm(norm, x) : x;
    }

    private void add(double[][] x, double[][] branch, int index) {
        double factor = branchFactors == null ? 1 : branchFactors[index];
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < x[t].length; c++) {
                x[t][c] += factor * branch[t][c];
            }
        }
    }

    private double[][] norm(String name, double[][] x) {
        double[][] y = new double[time][];
        for (int t = 0; t < time; t++) {
            y[t] = norm(config.norm(), x[t], weights.get(name + ".weight"), weights.get(name + ".bias"));
        }
        return y;
    }

    private double[] norm(RowNorm kind, double[] x, double[] gamma, double[] beta) {
        double mean = 0;
        for (double value : x) {
            mean += kind == RowNorm.LAYERNORM ? value / x.length : 0;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int c = 0; c < x.length; c++) {
            y[c] = (x[c] - mean) / Math.sqrt(variance + config.layerNormEps()) * gamma[c]
                    + (beta == null ? 0 : beta[c]);
        }
        return y;
    }

    private double[][] linear(String name, double[][] x, int out) {
        double[] w = weights.get(name + ".weight");
        double[] bias = weights.get(name + ".bias");
        double[][] y = new double[time][out];
        for (int t = 0; t < time; t++) {
            for (int o = 0; o < out; o++) {
                y[t][o] = bias == null ? 0 : bias[o];
                for (int i = 0; i < x[t].length; i++) {
                    y[t][o] += x[t][i] * w[i * out + o];
                }
            }
        }
        return y;
    }

    private double[][] feedForward(String name, double[][] x) {
        double[][] hidden = linear(name + "c_fc", x, config.hiddenWidth());
        double[][] gate = config.activation() == Activation.SWIGLU ? linear(name + "c_gate", x, config.hiddenWidth())
                : null;
        for (int t = 0; t < time; t++) {
            for (int i = 0; i < hidden[t].length; i++) {
                hidden[t][i] = gate == null ? activated(hidden[t][i])
                        : hidden[t][i] * gate[t][i] / (1 + Math.exp(-gate[t][i]));
            }
        }
        return linear(name + "c_proj", hidden, config.nEmbd());
    }

    private double activated(double x) {
        return switch (config.activation()) {
            case RELU -> Math.max(x, 0);
            case RELU2 -> Math.pow(Math.max(x, 0), 2);
            // The exact one differs from it by 5e-4 at most.
            case GELU, GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            default -> throw new IllegalArgumentException(config.activation().toString());
        };
    }

    private double[][] attention(String name, double[][] x) {
        int channels = config.nEmbd();
        int size = config.headSize();
        int keyHeads = config.nKvHead() == 0 ? config.nHead() : config.nKvHead();
        double[][] qkv = linear(name + "c_attn", x, channels + 2 * keyHeads * size);
        double[][] y = new double[time][channels];
        boolean first = name.equals("transformer.h.0.attn.");
        firstValues = first ? new double[keyHeads][][] : firstValues;
        for (int h = 0; h < config.nHead(); h++) {
            double[][] q = head(qkv, h * size);
            int serving = h / (config.nHead() / keyHeads);
            double[][] k = head(qkv, channels + serving * size);
            double[][] v = head(qkv, channels + keyHeads * size + serving * size);
            if (first) {
                firstValues[serving] = v;
            } else if (config.valueResidual()) {
                mix(v, firstValues[serving], weights.get(name + "value_lambda")[0]);
            }
            for (int t = 0; t < time; t++) {
                if (config.qkNorm()) {
                    q[t] = norm(RowNorm.RMSNORM, q[t], weights.get(name + "q_norm.weight"), null);
                    k[t] = norm(RowNorm.RMSNORM, k[t], weights.get(name + "k_norm.weight"), null);
                }
                turn(q[t], t);
                turn(k[t], t);
            }
            for (int t = 0; t < time; t++) {
                attend(q, k, v, t, slope(h), y[t], h * size);
            }
        }
        return linear(name + "c_proj", y, channels);
    }

    /** Zhou et al. 2024, ResFormer with a learned share. */
    private static void mix(double[][] v, double[][] first, double lambda) {
        for (int t = 0; t < v.length; t++) {
            for (int d = 0; d < v[t].length; d++) {
                v[t][d] = (1 - lambda) * v[t][d] + lambda * first[t][d];
            }
        }
    }

    private double[][] head(double[][] packed, int from) {
        double[][] rows = new double[time][config.headSize()];
        for (int t = 0; t < time; t++) {
            System.arraycopy(packed[t], from, rows[t], 0, config.headSize());
        }
        return rows;
    }

    /** Su et al. 2021, equation 34, with the pairs of GPT-NeoX. */
    private void turn(double[] x, int t) {
        if (config.position() != Position.ROPE) {
            return;
        }
        int half = config.rotated() / 2;
        for (int i = 0; i < half; i++) {
            double angle = t * Math.exp(-2.0 * i / config.rotated() * Math.log(config.ropeBase()));
            double re = x[i];
            double im = x[half + i];
            x[i] = re * Math.cos(angle) - im * Math.sin(angle);
            x[half + i] = re * Math.sin(angle) + im * Math.cos(angle);
        }
    }

    /** Press et al. 2022, 3: of n heads {@code 2^(-8/n), 2^(-16/n), …}; of 6 heads as the code of the paper has it. */
    private double slope(int head) {
        double[] slopes = {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125};
        return config.position() == Position.ALIBI ? slopes[head] : 0;
    }

    private void attend(double[][] q, double[][] k, double[][] v, int t, double slope, double[] y, int at) {
        double[] weight = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
            double score = 0;
            for (int d = 0; d < q[t].length; d++) {
                score += q[t][d] * k[s][d];
            }
            weight[s] = Math.exp(score / Math.sqrt(q[t].length) - slope * (t - s));
            sum += weight[s];
        }
        for (int s = 0; s <= t; s++) {
            for (int d = 0; d < v[s].length; d++) {
                y[at + d] += weight[s] / sum * v[s][d];
            }
        }
    }
}
