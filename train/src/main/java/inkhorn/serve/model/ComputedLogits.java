package inkhorn.serve.model;

import inkhorn.generate.CachedLogits;
import inkhorn.generate.NextLogits;
import inkhorn.nn.LanguageModel;
import java.util.concurrent.Callable;

/**
 * Logits from the {@link ComputeThread}. There is a task for each token, so that other work can run in between. The
 * code that chooses the tokens waits on a separate thread.
 */
public final class ComputedLogits implements NextLogits {
    private final ComputeThread thread;
    private final NextLogits logits;

    private ComputedLogits(ComputeThread thread, NextLogits logits) {
        this.thread = thread;
        this.logits = logits;
    }

    /** Those of a model, with a cache. */
    static NextLogits of(LanguageModel model, ComputeThread thread) {
        return new ComputedLogits(thread, CachedLogits.of(model));
    }

    /** @throws inkhorn.serve.RequestException where too many wait */
    @Override
    public float[][] start(int[][] prompts) {
        return computed(() -> logits.start(prompts));
    }

    /** @throws inkhorn.serve.RequestException where too many wait */
    @Override
    public float[][] join(int[][] prompts) {
        return computed(() -> logits.join(prompts));
    }

    /** @throws inkhorn.serve.RequestException where too many wait */
    @Override
    public float[][] next(int[] parents, int[] tokens) {
        return computed(() -> logits.next(parents, tokens));
    }

    private float[][] computed(Callable<float[][]> task) {
        try {
            return thread.compute(task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the server ends", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        logits.close();
    }
}
