package inkhorn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ModelCaseTest {

    @Test
    void charNodropoutIsCharWithoutDropout() {
        ModelCase plain = ModelCase.named("char-nodropout");
        assertThat(plain.config()).isEqualTo(ModelCase.named("char").withoutDropout().config());
        assertThat(plain.config().dropout()).isZero();
        assertThat(plain.batch()).isEqualTo(ModelCase.named("char").batch());
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> ModelCase.named("chat")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chat").hasMessageContaining("char-nodropout");
    }
}
