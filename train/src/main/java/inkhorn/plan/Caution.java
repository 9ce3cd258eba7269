package inkhorn.plan;

import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.optim.Optimizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The warnings about a planned run that will not fit on this machine or will hardly learn. Each is a sentence; warnings
 * about what does not fit come first.
 */
public final class Caution {

    /** Tokens a parameter that make the best use of a given number of operations (Hoffmann et al. 2022, table 3). */
    public static final double BEST_TOKENS_PER_PARAMETER = 20;

    /** A twentieth of that. */
    private static final double FEWEST_TOKENS_PER_PARAMETER = 1;

    /** Repeating a text more often hardly helps (Muennighoff et al. 2023). */
    private static final double MOST_EPOCHS = 16;

    /** What 95 % of the tokens of a vocabulary should have (Gowda and May 2020). */
    private static final double EXAMPLES_OF_A_TOKEN = 100;

    /** The learning rate for N parameters is about a - b·ln(N) (Kaplan et al. 2020, appendix D.6). */
    private static final double KAPLAN_A = 0.003239;
    private static final double KAPLAN_B = 0.0001395;
    private static final double LOWEST_RATE = 1e-4;

    /** Lion's rate is 3 to 10 times lower than AdamW's (Chen et al. 2023). */
    private static final double LION = 5;

    /** How far from the usual learning rate is outside of the usual range. */
    private static final double FAR = 5;

    /** Java's heap must hold a little more than the step's arrays. */
    private static final double SPARE_HEAP = 1.03;

    /**
     * What there is to train with.
     *
     * @param heap    what Java's heap may grow to, in bytes
     * @param machine memory of the machine or its container, in bytes; 0 where it is not known
     * @param disk    free space where the run writes, in bytes
     * @param hasRun  whether the run's directory holds a run already
     */
    public record Resources(long heap, long machine, long disk, boolean hasRun) {
    }

    private final RunConfig config;
    private final TrainingPlan plan;
    private final Resources resources;
    private final List<String> sentences = new ArrayList<>();

    private Caution(RunConfig config, TrainingPlan plan, Resources resources) {
        this.config = config;
        this.plan = plan;
        this.resources = resources;
    }

    /** Empty where nothing speaks against the run. */
    public static List<String> of(RunConfig config, TrainingPlan plan, Resources resources) {
        Caution caution = new Caution(config, plan, resources);
        caution.room();
        caution.text();
        caution.amount();
        caution.rate();
        return List.copyOf(caution.sentences);
    }

    private void say(String format, Object... values) {
        sentences.add(String.format(Locale.ROOT, format, values));
    }

    private void room() {
        long needed = (long) (plan.memory().total() * SPARE_HEAP);
        if (needed > resources.heap()) {
            say("The step needs %,d MiB and Java's heap may grow to %,d MiB: lower train.batch_size and raise"
                    + " train.grad_accum by as much, set train.activation_checkpointing, or give java -Xmx%dg.",
                    needed >> 20, resources.heap() >> 20, (needed >> 30) + 1);
        }
        if (resources.machine() > 0 && plan.processBytes() > resources.machine()) {
            say("The process needs %,d MiB and the machine has %,d MiB.", plan.processBytes() >> 20,
                    resources.machine() >> 20);
        }
        if (plan.disk().peak() > resources.disk()) {
            say("The run writes up to %,d MiB and %,d MiB are free in %s: lower train.keep, or set run.out to a larger"
                    + " disk.", plan.disk().peak() >> 20, resources.disk() >> 20, config.run().directory());
        }
        if (resources.hasRun()) {
            say("%s already holds a run: go on with --resume, or choose another --run.name.", config.run().directory());
        }
    }

    private void text() {
        int block = config.model().gpt().blockSize();
        TextSize text = plan.text();
        if (Math.min(text.train(), text.val()) <= block) {
            say("model.block_size is %,d, and the text has %,d tokens for training and %,d for validation: training"
                    + " refuses a split of fewer than block_size + 1; lower it, or take a longer text.", block,
                    text.train(), text.val());
        }
        if (text.learned() > 0 && text.learned() < plan.vocabSize()) {
            say("The tokenizer finds %,d of %,d tokens in the text: lower data.vocab_size, or take a longer text.",
                    text.learned(), plan.vocabSize());
        }
        double examples = (double) text.train() / plan.vocabSize();
        if (isFresh() && examples < EXAMPLES_OF_A_TOKEN) {
            say("The text has %.0f examples of each of the vocabulary's %,d tokens on average, and fewer than %.0f are"
                    + " too few for most (Gowda and May 2020): take a smaller vocabulary or a longer text.", examples,
                    plan.vocabSize(), EXAMPLES_OF_A_TOKEN);
        }
    }

    private void amount() {
        double tokensPerParameter = (double) plan.tokens() / plan.parameters();
        if (isFresh() && tokensPerParameter < FEWEST_TOKENS_PER_PARAMETER) {
            say("The run sees %.2f tokens a parameter, and about %.0f make the best use of the same operations"
                    + " (Hoffmann et al. 2022): a smaller model learns more in this time.", tokensPerParameter,
                    BEST_TOKENS_PER_PARAMETER);
        }
        if (plan.epochs() > MOST_EPOCHS) {
            say("The text is read %.0f times, and more than %.0f times hardly helps (Muennighoff et al. 2023): take a"
                    + " longer text or fewer steps, or watch the validation loss with train.patience.", plan.epochs(),
                    MOST_EPOCHS);
        }
    }

    private void rate() {
        OptimConfig optim = config.optim();
        int steps = config.train().maxIters();
        if (optim.warmupIters() >= steps) {
            say("optim.warmup_iters is %,d and the run has %,d steps: it ends before the learning rate has reached"
                    + " optim.lr; lower warmup_iters.", optim.warmupIters(), steps);
        }
        double usual = usualRate();
        if (optim.lr() > FAR * usual) {
            say("optim.lr is %s, and about %.1e is usual for %,d parameters (Kaplan et al. 2020): training may diverge;"
                    + " lower it.", optim.lr(), usual, plan.parameters());
        } else if (isFresh() && optim.lr() < usual / FAR) {
            say("optim.lr is %s, and about %.1e is usual for %,d parameters (Kaplan et al. 2020): training is slow;"
                    + " raise it.", optim.lr(), usual, plan.parameters());
        }
    }

    private double usualRate() {
        double ofAdam = Math.max(LOWEST_RATE, KAPLAN_A - KAPLAN_B * Math.log(plan.parameters()));
        return config.optim().optimizer() == Optimizers.LION ? ofAdam / LION : ofAdam;
    }

    /** A model that was trained before needs less. */
    private boolean isFresh() {
        return config.model().initFrom() == null;
    }
}
