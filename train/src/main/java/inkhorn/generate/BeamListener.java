package inkhorn.generate;

import java.util.List;

/** Follows a {@link BeamSearch}, step by step. */
@FunctionalInterface
public interface BeamListener {
    /**
     * A text with one more token.
     *
     * @param parent         the text that it goes on from: its place among those that went on after the step before, 0
     *     for the prompt
     * @param id             the token
     * @param logProbability of the token, by the model alone, in nats
     * @param score          as of {@link BeamSearch.Hypothesis}
     * @param reason         why the text ended, or null
     */
    record Branch(int parent, int id, double logProbability, double score, FinishReason reason) {}

    /**
     * @param going those that go on, the likeliest first
     * @param ended those that ended and compete with those that ended before
     * @return whether to look further; else the search ends with what there is
     */
    boolean step(List<Branch> going, List<Branch> ended);
}
