package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Tensor;
import org.junit.jupiter.api.Test;

class ModuleTest {

    private static final class Pair extends Module {
        private final Linear second = child("second", new Linear(2, 3, true, null));
        private final Embedding first = child("a.first", new Embedding(4, 2));
        private final Tensor own = parameter("scale", "factor", 1);
        private final Tensor fixed = buffer("fixed", Tensor.zeros(2));

        Pair() {
            tie("other", own);
        }
    }

    private static final class Outer extends Module {
        private final Pair pair = child("pair", "two", new Pair());
    }

    private static final class Twice extends Module {
        private final Linear one = child("same", new Linear(1, 1, false, null));
        private final Linear two = child("same", new Linear(1, 1, false, null));
    }

    @Test
    void parametersAreNamedByTheirPathAndListedInOrderOfRegistration() {
        assertThat(new Pair().namedParameters()).extracting(Parameter::name)
                .containsExactly("scale", "second.weight", "second.bias", "a.first.weight");
    }

    @Test
    void aModuleKnowsItsPath() {
        Pair pair = new Pair();
        assertThat(pair.path()).isEmpty();
        assertThat(pair.second.path()).isEqualTo("second");
        assertThat(new Outer().pair.first.path()).isEqualTo("pair.a.first");
    }

    @Test
    void meaningsAreJoinedFromOutsideIn() {
        assertThat(new Outer().namedParameters()).extracting(Parameter::meaning)
                .containsExactly("two, factor", "two", "two, bias", "two");
    }

    @Test
    void buffersAndTiesAreNoParameters() {
        Pair pair = new Pair();
        assertThat(pair.namedBuffers()).containsOnlyKeys("fixed");
        assertThat(pair.namedTies()).containsOnlyKeys("other");
    }

    @Test
    void aNameTakenTwiceIsAnError() {
        assertThatThrownBy(Twice::new).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Twice: the name same is taken");
    }
}
