package inkhorn.train.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LikenessTest {

    private static Map<String, String> facts(String... namesAndValues) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            facts.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return facts;
    }

    @Test
    void whatDiffersIsNamedInEveryRankByItsFirstLineThatDiffers() {
        List<AgreedError> errors = ThreadRanks.run(3, ranks -> () -> catchThrowableOfType(AgreedError.class,
                () -> Likeness.require(ranks, facts("version", "1", "config", ranks.rank() == 2
                        ? "seed: 1\nlr: 0.5" : "seed: 1\nlr: 0.1"))));
        assertThat(errors).hasSize(3).allSatisfy(error -> assertThat(error.lines()).containsExactly("rank 2 (thread-2)"
                + " has another config than rank 0 (thread-0): lr: 0.5 instead of lr: 0.1; start all processes with the"
                + " same files and options"));
    }

    @Test
    void anotherVersionWithFewerFactsIsAnotherVersion() {
        assertThatThrownBy(() -> ThreadRanks.run(2, ranks -> () -> {
            Likeness.require(ranks, ranks.rank() == 0 ? facts("version", "2", "config", "lr: 0.1")
                    : facts("version", "1"));
            return true;
        })).isInstanceOf(AgreedError.class).hasMessageContaining("has another version than rank 0 (thread-0): 1"
                + " instead of 2");
    }
}
