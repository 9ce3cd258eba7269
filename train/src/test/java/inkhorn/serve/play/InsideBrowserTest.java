package inkhorn.serve.play;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.generate.TrainedModel;
import inkhorn.inspect.Neighbours;
import inkhorn.serve.Browser;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page Inside in a browser, for a text of the playground. */
final class InsideBrowserTest extends PlayPages {

    @BeforeEach
    void comeFromThePlayground() {
        browser.width(Browser.DESK);
        browser.go(models.address() + "play");
        browser.script("sessionStorage.clear()");
        openPlayground("");
        prompt("ab<é\ncab", 8);
        browser.see("#inside").click();
        browser.see("#stages tbody tr");
    }

    @Test
    void theAttentionOfThePlaygroundsTextIsDrawn() throws IOException {
        assertThat(browser.all("#stages tbody tr")).hasSize(8);
        assertThat(browser.see("#looked").getAttribute("value")).isEqualTo("ab<é\ncab");
        assertThat(browser.all("#thumbs button")).hasSize(4);
        browser.all("#thumbs button").get(3).click();
        assertThat(browser.see("#layer").getAttribute("value")).isEqualTo("1");
        browser.screenshot("inside-attention");
        enter("#looked", "abc");
        browser.until("document.querySelectorAll('#stages tbody tr').length === 3");
        browser.requireQuiet(models.address());
    }

    @Test
    void theLensShowsWhatEachLayerWouldWrite() throws IOException {
        browser.see("[value=lens] + span").click();
        browser.until("document.querySelectorAll('#grid tbody tr').length === 3");
        assertThat(browser.all("#grid tbody tr:last-child button")).hasSize(8);
        browser.all("#grid tbody button").get(0).click();
        browser.type(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertThat(browser.seeText("#cell strong", "layer 0")).isEqualTo("layer 0, position 1");
        assertThat(browser.all("#cell tbody tr").size()).isBetween(5, 6);
        browser.screenshot("inside-lens");
        browser.requireQuiet(models.address());
    }

    @Test
    void theParametersAreThoseOfTheModel() {
        browser.see("[value=parameters] + span").click();
        long count = TrainedModel.open(directory.resolve("characters")).model().parameterCount();
        assertThat(browser.seeText("#total", "parameters")).startsWith(String.format(Locale.ROOT, "%,d ", count));
        assertThat(browser.seeText("#parameters", "transformer.wte.weight")).contains("c_attn.weight", "24 × 72");
        browser.requireQuiet(models.address());
    }

    @Test
    void aTokenIsFoundOnTheMapAndItsNeighboursBesideIt() throws IOException {
        browser.see("[value=embeddings] + span").click();
        browser.seeText("#axes", "principal components");
        browser.tabTo("#wanted");
        browser.type("b");
        browser.see("#found button");
        browser.tabTo("#found button");
        browser.type(Keys.ENTER);
        browser.see("#nearest tr");
        TrainedModel trained = TrainedModel.open(directory.resolve("characters"));
        int id = trained.tokenizer().encode("b")[0];
        Neighbours.Neighbour nearest = Neighbours.of(trained.model().tokenTable(), id, 1).get(0);
        assertThat(browser.all("#nearest tr").get(0).getText())
                .endsWith(String.format(Locale.ROOT, "%.4f", nearest.cosine()));
        assertThat(browser.all("#nearest button").get(0).getAttribute("title")).isEqualTo("token " + nearest.id());
        assertThat(browser.all("#nearest tr")).hasSize(12);
        browser.screenshot("inside-embeddings");
        browser.dark(true);
        browser.screenshot("inside-embeddings-dark");
        browser.dark(false);
        browser.requireQuiet(models.address());
    }

    @Test
    void whatIsSaidOfARefusedTextGoesWithTheText() {
        enter("#looked", "abc");
        browser.until("document.querySelectorAll('#stages tbody tr').length === 3");
        enter("#looked", "abZ");
        browser.seeText("#status.error", "Z");
        enter("#looked", "abc");
        browser.until("document.querySelector('#status').textContent === ''");
        browser.see("#stages tbody tr");
        browser.forgetLogs();
    }

    @Test
    void aViewThatIsLeftBeforeItIsComputedIsNotWaitedFor() {
        delayFirst("/api/inside/summary", 500);
        browser.script("document.querySelector('[value=parameters]').click();"
                + " document.querySelector('[value=attention]').click()");
        browser.until("document.querySelector('#status').textContent === ''");
        browser.requireQuiet(models.address());
    }

    @Test
    void aPhoneShowsEachViewWithoutScrollingSideways() {
        browser.width(Browser.PHONE);
        for (String view : new String[] {"lens", "parameters", "embeddings", "attention"}) {
            browser.see("[value=" + view + "] + span").click();
            browser.until("document.querySelector('#status').textContent === ''");
            browser.requireNoSidewaysScroll();
        }
        browser.requireQuiet(models.address());
    }
}
