package inkhorn.serve.play;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.serve.Browser;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebElement;

/** The playground where answers come late, are refused or break off, and where one text begins during another. */
final class PlayDisorderBrowserTest extends PlayPages {

    private static final String PROMPT = "abc <img>";
    private static final String IDLE = "document.querySelector('#stop').disabled && ";

    @BeforeEach
    void openThePage() {
        browser.width(Browser.DESK);
        openPlayground("?model=characters&prompt=");
        prompt(PROMPT, 9);
    }

    @AfterEach
    void forgetRefusedRequests() {
        browser.forgetLogs();
    }

    @Test
    void aCandidateThatTheServerRefusesLeavesTheTextAsItStands() {
        write(20);
        List<String> before = tokens();
        token(12).click();
        browser.see("#bars tbody tr.chosen");
        enter("#min_p", "5");
        browser.all("#bars tbody tr:not(.chosen) button").get(0).click();
        browser.seeText("#status.error", "5");
        enter("#min_p", "0");
        browser.see("#more").click();
        awaitTokens(9 + 20 + 20);
        assertThat(tokens()).startsWith(before.toArray(String[]::new));
        browser.see("#undo").click();
        awaitTokens(9 + 20);
        browser.see("#undo").click();
        awaitTokens(9);
    }

    @Test
    void undoBringsThePromptBackThatTheTextWasWrittenFrom() {
        write(20);
        prompt("ab", 2);
        browser.see("#undo").click();
        awaitTokens(9 + 20);
        assertThat(browser.see("#prompt").getAttribute("value")).isEqualTo(PROMPT);
    }

    @Test
    void undoIsNotUndoneByAPromptThatWasTypedJustBefore() {
        write(20);
        prompt("ab", 2);
        browser.script("const p = document.querySelector('#prompt'); p.value = 'abcd';"
                + " p.dispatchEvent(new Event('input')); document.querySelector('#undo').click()");
        sleep(700);
        assertThat(tokens()).hasSize(9 + 20);
    }

    @Test
    void aTextOfTheTreeThatIsTakenEndsTheSearch() {
        browser.see("[value=beam] + span").click();
        enter("#tokens", "200");
        browser.script("""
                const watch = setInterval(() => {
                  const boxes = [...document.querySelectorAll('#tree g[role=button]')];
                  if (boxes.length > 6) {
                    clearInterval(watch);
                    window.taken = boxes.at(-1).dataset.path.split(',').length;
                    boxes.at(-1).dispatchEvent(new MouseEvent('click'));
                  }
                }, 2);
                document.querySelector('#write').click();
                """);
        browser.until(IDLE + "window.taken");
        sleep(500);
        long taken = (Long) browser.script("return window.taken");
        assertThat(taken).isLessThan(200);
        assertThat(tokens()).hasSize(9 + (int) taken);
    }

    @Test
    void aTextThatBeginsWhileAnotherIsWrittenHasTheLineOfStateForItself() {
        browser.script("""
                window.said = [];
                const status = document.querySelector('#status');
                new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true});
                document.querySelector('#tokens').value = 4000;
                const watch = setInterval(() => {
                  if (document.querySelectorAll('#written [data-position]').length > 20) {
                    clearInterval(watch);
                    document.querySelector('#tokens').value = 30;
                    document.querySelector('#prompt').dispatchEvent(
                        new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true}));
                  }
                }, 2);
                document.querySelector('#write').click();
                """);
        awaitTokens(9 + 30);
        browser.seeText("#status", "30 tokens");
        assertThat((List<?>) browser.script("return window.said.filter((text) => text.startsWith('stopped'))"))
                .isEmpty();
    }

    @Test
    void aPromptThatIsBeingReadIsNotForgottenWhenATokenIsChosen() {
        delayFirst("/api/play/tokens", 500);
        browser.script("const p = document.querySelector('#prompt'); p.value = 'ab';"
                + " p.dispatchEvent(new Event('input'));"
                + " setTimeout(() => document.querySelector('[data-position=\"3\"]').click(), 350)");
        awaitTokens(2);
    }

    @Test
    void aCandidateIsPutWhereItStoodInTheTable() {
        write(20);
        List<String> before = tokens();
        token(12).click();
        browser.seeText("#context", "Position 12");
        browser.see("#bars tbody tr.chosen");
        delayFirst("/api/play/logits", 1500);
        browser.script("document.querySelector('[data-position=\"5\"]').click();"
                + " document.querySelector('#bars tbody tr:not(.chosen) button').click()");
        awaitTokens(13 + 20);
        assertThat(tokens().subList(0, 12)).isEqualTo(before.subList(0, 12));
    }

    @Test
    void aTextThatAnotherModelCannotReadIsNotLeftToIt() {
        choose("pieces");
        browser.until("document.querySelector('#facts').textContent.includes('(bpe)')");
        prompt("Z", 1);
        choose("characters");
        browser.seeText("#status.error", "Z");
        assertThat(tokens()).isEmpty();
    }

    @Test
    void ofTwoModelsTheOneChosenLastIsShown() {
        delayFirst("/api/models/pieces", 700);
        choose("pieces");
        choose("characters");
        sleep(1200);
        assertThat(browser.see("#facts").getText()).contains("(char)");
        awaitTokens(9);
    }

    @Test
    void aTextThatBreaksOffIsSaidToHave() {
        browser.script("""
                const real = window.fetch;
                window.fetch = (path, options) => path !== '/api/play/write' ? real(path, options)
                  : Promise.resolve(new Response('data: ' + JSON.stringify({event: 'start', model: 'characters',
                      tokens: [{id: 5, text: 'a'}], prompt_length: 1}) + '\\n\\n'));
                """);
        browser.see("#write").click();
        browser.seeText("#status.error", "broke");
        assertThat(browser.see("#write").isEnabled()).isTrue();
    }

    private static void choose(String model) {
        browser.script("const m = document.querySelector('#model'); m.value = arguments[0];"
                + " m.dispatchEvent(new Event('change'))", model);
    }

    private static void sleep(int milliseconds) {
        browser.driver().executeAsyncScript("setTimeout(arguments[1], arguments[0])", milliseconds);
    }

    private static void write(int count) {
        enter("#tokens", String.valueOf(count));
        browser.see("#write").click();
        awaitTokens(9 + count);
    }

    private static void awaitTokens(int count) {
        browser.until(IDLE + "document.querySelectorAll('#written [data-position]').length === " + (count + 1));
    }

    private static List<String> tokens() {
        return browser.all("#written [data-position]:not(.caret)").stream().map(WebElement::getText).toList();
    }

    private static WebElement token(int position) {
        return browser.see("#written [data-position='" + position + "']");
    }
}
