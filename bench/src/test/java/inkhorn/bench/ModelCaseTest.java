package inkhorn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import java.util.List;
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
    void aModelThatOnlyInkhornBuildsIsRefused() {
        GptConfig built = ModelCase.named("tiny").config();
        for (GptConfig config : List.of(built.withNorm(RowNorm.RMSNORM), built.withActivation(Activation.SWIGLU),
                built.withActivation(Activation.RELU), built.withPosition(Position.SINUSOIDAL),
                built.withTieWeights(false), built.withQkNorm(true), built.withNKvHead(2))) {
            assertThatThrownBy(() -> new ModelCase("own", config, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("own: the benchmarks build only models with").hasMessageContaining("found")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void theHiddenWidthOfAConfigIsThatOfItsProducts() {
        ModelCase wide = new ModelCase("own", ModelCase.named("tiny").config().withNInner(192), 1);
        assertThat(Product.of(wide)).filteredOn(p -> p.name().equals("c_fc forward"))
                .singleElement().returns(192, Product::n);
        assertThat(Product.of(wide)).filteredOn(p -> p.name().equals("mlp.c_proj forward"))
                .singleElement().returns(192, Product::k);
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> ModelCase.named("chat")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chat").hasMessageContaining("char-nodropout");
    }
}
