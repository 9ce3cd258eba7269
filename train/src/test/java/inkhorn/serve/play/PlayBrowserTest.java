package inkhorn.serve.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import inkhorn.generate.LogitTransform;
import inkhorn.generate.Penalties;
import inkhorn.generate.Scores;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.Warping;
import inkhorn.serve.Browser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The playground in a browser. */
final class PlayBrowserTest extends PlayPages {

    private static final String IDLE = "document.querySelector('#stop').disabled && ";

    @BeforeEach
    void openThePage() {
        browser.width(Browser.DESK);
        openPlayground("?model=characters&prompt=");
        prompt("abc <img>");
    }

    @Test
    void aTextStreamsAndAClickOnATokenShowsWhatElseMightHaveCome() throws IOException {
        write(60);
        assertThat(tokens()).hasSize(9 + 60);
        token(20).click();
        assertThat(browser.seeText("#context", "Position 20")).contains("after …");
        List<WebElement> bars = browser.all("#bars tbody tr");
        assertThat(bars.size()).isGreaterThanOrEqualTo(16);
        double all = number("return [...document.querySelectorAll('#bars td.p-model')]"
                + ".reduce((sum, cell) => sum + Number(cell.title), 0)");
        assertThat(all).as("probabilities of those shown").isBetween(0.2, 1.000001);
        assertThat(browser.all("#bars tr.chosen")).hasSize(1);
        browser.screenshot("play");
        browser.dark(true);
        browser.screenshot("play-dark");
        browser.dark(false);
        browser.requireQuiet(models.address());
    }

    @Test
    void slidersMoveTheBarsAndExcludedTokensAreMarked() {
        token(5).click();
        browser.see("#bars tbody tr");
        double before = firstDrawn();
        slide("temperature_range", 0.05);
        assertThat(firstDrawn()).as("colder").isGreaterThan(before);
        assertThat(browser.see("#temperature").getAttribute("value")).isEqualTo("0.1");
        slide("temperature_range", 1);
        assertThat(firstDrawn()).as("hotter").isLessThan(before);
        enter("#top_k", "3");
        assertThat(browser.all("#bars tbody tr:not(.excluded)")).hasSize(3);
        assertThat(browser.all("#bars tbody tr.excluded .p-drawn").get(0).getText()).isEqualTo("top-k");
        assertThat(browser.seeText("#part", "take part")).startsWith("3 of ");
        slide("top_p_range", 0.01);
        assertThat(browser.all("#bars tbody tr:not(.excluded)")).hasSize(1);
        browser.requireQuiet(models.address());
    }

    @Test
    void anotherTokenIsTakenAndTheTextGoesOnFromThere() {
        write(30);
        List<String> before = tokens();
        token(15).click();
        browser.see("#bars tbody tr.chosen");
        WebElement other = browser.all("#bars tbody tr:not(.chosen) button").get(3);
        String id = other.getAttribute("data-id");
        other.click();
        browser.until(IDLE + "document.querySelectorAll('#written [data-position]').length === 47");
        List<String> after = tokens();
        assertThat(after.subList(0, 15)).isEqualTo(before.subList(0, 15));
        assertThat(after.get(15)).isNotEqualTo(before.get(15));
        assertThat(browser.see("#bars tr.chosen button").getAttribute("data-id")).isEqualTo(id);
        browser.see("#undo").click();
        browser.until("document.querySelectorAll('#written [data-position]').length === 40");
        assertThat(tokens()).isEqualTo(before);
        token(2).click();
        browser.see("#bars tbody tr.chosen");
        browser.all("#bars tbody tr:not(.chosen) button").get(0).click();
        browser.until(IDLE + "document.querySelectorAll('#written .prompt').length === 3");
        assertThat(browser.see("#prompt").getAttribute("value")).as("the prompt is what stands there").startsWith("ab")
                .hasSize(3);
        browser.requireQuiet(models.address());
    }

    @Test
    void theWholePageIsUsedWithTheKeyboardAlone() {
        browser.script("document.activeElement.blur(); document.querySelector('#tokens').value = 30");
        browser.tabTo("#prompt");
        new Actions(browser.driver()).keyDown(Keys.CONTROL).sendKeys(Keys.ENTER).keyUp(Keys.CONTROL).perform();
        browser.until(IDLE + "document.querySelectorAll('#written [data-position]').length === 40");
        browser.tabTo("#written button");
        browser.type(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        browser.seeText("#context", "Position 37");
        browser.type(Keys.HOME);
        browser.seeText("#context", "Nothing stands before the first token");
        browser.type(Keys.ARROW_RIGHT);
        browser.seeText("#context", "Position 1,");
        browser.tabTo("#temperature_range");
        String before = browser.see("#bars td.p-drawn").getAttribute("title");
        browser.type(Keys.HOME);
        assertThat(browser.see("#bars td.p-drawn").getAttribute("title")).isNotEqualTo(before);
        browser.tabTo("#bars button");
        browser.type(Keys.ARROW_DOWN, Keys.ENTER);
        browser.until(IDLE + "document.querySelectorAll('#written .prompt').length === 2");
        browser.requireQuiet(models.address());
    }

    @Test
    void aWritingIsStopped() {
        browser.script("document.querySelector('#tokens').value = 4000");
        // Within the page: a small model writes all of them while a click from outside is on its way.
        browser.script("const watch = setInterval(() => {"
                + " if (document.querySelectorAll('#written [data-position]').length > 20) {"
                + " clearInterval(watch); document.querySelector('#stop').click(); } }, 2)");
        browser.see("#write").click();
        browser.seeText("#status", "stopped after");
        int written = tokens().size();
        assertThat(written).isBetween(20, 3900);
        assertThat(browser.see("#stop").isEnabled()).isFalse();
        browser.requireQuiet(models.address());
    }

    @Test
    void beamSearchGrowsATreeOfWhichATextCanBeTaken() throws IOException {
        browser.see("[value=beam] + span").click();
        browser.script("document.querySelector('#beam').value = 3");
        write(12);
        assertThat(tokens()).hasSize(9 + 12);
        browser.until("document.querySelectorAll('#tree g.best').length === 12");
        assertThat(browser.all("#tree g[role=button]").size()).isBetween(30, 36);
        assertThat(browser.all("#tree g.ended")).hasSize(3);
        String best = browser.all("#tree g.ended.best").get(0).getAttribute("data-path");
        WebElement other = browser.all("#tree g.ended:not(.best)").get(0);
        assertThat(other.getAttribute("data-path")).isNotEqualTo(best);
        List<String> before = tokens();
        other.click();
        browser.until("document.querySelectorAll('#written [data-position]').length === 22");
        assertThat(tokens()).isNotEqualTo(before);
        browser.screenshot("play-beams");
        browser.requireQuiet(models.address());
    }

    @Test
    void aPhoneShowsAllOfItWithoutScrollingSideways() throws IOException {
        browser.width(Browser.PHONE);
        write(40);
        token(12).click();
        browser.see("#bars tbody tr");
        browser.requireNoSidewaysScroll();
        browser.see("summary").click();
        browser.requireNoSidewaysScroll();
        browser.see("[value=beam] + span").click();
        write(12);
        browser.requireNoSidewaysScroll();
        browser.screenshot("play-phone");
        browser.requireQuiet(models.address());
    }

    @Test
    void tokensOfAnyKindAreSeenAndNoneBecomesAnElement() {
        prompt("\n \t\u202e\u2028<img src=x onerror=alert(1)>");
        write(30);
        assertThat(browser.all("#written img, #bars img, #written script")).isEmpty();
        assertThat(tokens().subList(0, 6)).containsExactly("↵", "·", "→", "\\u202e", "\\u2028", "<");
        browser.script("const m = document.querySelector('#model'); m.value = 'pieces';"
                + " m.dispatchEvent(new Event('change'))");
        browser.until("document.querySelector('#facts').textContent.includes('(bpe)')");
        prompt("aé", 3);
        assertThat(tokens()).containsExactly("a", "\\xC3", "é");
        browser.requireQuiet(models.address());
    }

    @Test
    void whatTheServerRefusesIsSaid() {
        prompt("", 1);
        browser.see("#prompt").sendKeys("Zürich");
        assertThat(browser.seeText("#status.error", "prompt: ")).contains("Z");
        browser.forgetLogs();
    }

    /** The page's own arithmetic against the server's, on logits with ties, and all options at once. */
    @Test
    void thePagesDistributionsAreThoseThatTheServerDrawsWith() throws IOException {
        Random random = new Random(7);
        List<Map<String, Object>> cases = new ArrayList<>();
        List<double[][]> expected = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            float[] logits = new float[1 + random.nextInt(60)];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = i % 3 == 0 ? Math.round(random.nextGaussian() * 3) / 2f
                        : (float) random.nextGaussian() * 4;
            }
            int[] ids = random.ints(12, 0, logits.length).toArray();
            Penalties penalties = new Penalties(random.nextBoolean() ? 1 : 0.5 + random.nextDouble(),
                    random.nextBoolean() ? 0 : random.nextGaussian(), random.nextInt(3));
            Warping warping = new Warping(0.05 + 2 * random.nextDouble(), random.nextInt(8),
                    random.nextBoolean() ? 1 : 0.01 + 0.99 * random.nextDouble(),
                    random.nextBoolean() ? 0 : random.nextDouble(),
                    random.nextBoolean() ? 1 : 0.01 + 0.99 * random.nextDouble());
            TextSoFar text = new TextSoFar(ids, 5);
            Map<String, Object> options = new LinkedHashMap<>(Map.of("strategy", "draw",
                    "temperature", warping.temperature(), "top_k", warping.topK(), "top_p", warping.topP(),
                    "min_p", warping.minP(), "typical_p", warping.typicalP(),
                    "repetition_penalty", penalties.repetition(), "presence_penalty", penalties.presence(),
                    "no_repeat_ngram", penalties.noRepeatNgram()));
            cases.add(Map.of("logits", logits, "ids", ids, "options", options));
            expected.add(new double[][] {Scores.probabilities(logits, LogitTransform.NONE, text),
                Scores.probabilities(logits, penalties.transform()
                        .then(LogitTransform.temperature(warping.temperature())), text),
                Scores.probabilities(logits, penalties.transform().then(warping.transform()), text)});
        }
        JsonNode found = Json.MAPPER.readTree((String) browser.driver().executeAsyncScript("""
                const [cases, done] = arguments;
                import("/assets/transforms.js").then(({stages}) => done(JSON.stringify(JSON.parse(cases).map((c) => {
                  const all = stages(c.logits, c.ids, 5, c.options);
                  return [all.model, all.tempered, all.drawn].map((stage) => [...stage]);
                }))));
                """, Json.line(cases)));
        for (int i = 0; i < expected.size(); i++) {
            for (int stage = 0; stage < 3; stage++) {
                double[] wanted = expected.get(i)[stage];
                for (int id = 0; id < wanted.length; id++) {
                    double got = found.get(i).get(stage).get(id).asDouble(Double.NaN);
                    assertThat(got == 0).as("case %d, stage %d, token %d excluded", i, stage, id)
                            .isEqualTo(wanted[id] == 0);
                    if (!Double.isNaN(wanted[id])) {
                        assertThat(got).as("case %d, stage %d, token %d", i, stage, id)
                                .isCloseTo(wanted[id], within(1e-13));
                    }
                }
            }
        }
    }

    private static void prompt(String text) {
        prompt(text, text.length());
    }

    private static void write(int count) {
        int before = browser.all("#written .prompt").size();
        browser.script("document.querySelector('#tokens').value = " + count);
        browser.see("#write").click();
        browser.until(IDLE + "document.querySelectorAll('#written [data-position]').length === "
                + (before + count + 1));
    }

    private static List<String> tokens() {
        return browser.all("#written [data-position]:not(.caret)").stream().map(WebElement::getText).toList();
    }

    private static WebElement token(int position) {
        return browser.see("#written [data-position='" + position + "']");
    }

    private static void slide(String id, double to) {
        enter("#" + id, String.valueOf(to));
    }

    private static double firstDrawn() {
        return number("return Number(document.querySelector('#bars td.p-drawn').title)");
    }

    private static double number(String script) {
        return ((Number) browser.script(script)).doubleValue();
    }
}
