package inkhorn.serve.play;

import inkhorn.serve.Browser;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A browser and small models behind a server, for the tests of a page. */
abstract class PlayPages {

    /** The directory of the models. */
    @TempDir
    static Path directory;
    static Browser browser;
    static PlayModels models;

    @BeforeAll
    static void open() throws IOException {
        browser = Browser.open();
        models = PlayModels.serve(directory);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
            browser = null;
        }
        if (models != null) {
            models.close();
            models = null;
        }
    }

    /** Opens the playground, with the model of characters. */
    static void openPlayground(String query) {
        browser.go(models.address() + "play" + query);
        browser.until("document.querySelector('#facts').textContent.includes('(char)')");
    }

    /**
     * Types a prompt into the playground and waits for its tokens.
     *
     * @param count of its tokens
     */
    static void prompt(String text, int count) {
        enter("#prompt", text);
        browser.until("document.querySelectorAll('#written .prompt').length === " + count);
    }

    /** Replaces the text of a field. */
    static void enter(String css, String text) {
        browser.script("const field = document.querySelector(arguments[0]); field.value = arguments[1];"
                + " field.dispatchEvent(new Event('input'))", css, text);
    }

    /** The first answer to such a request comes later. */
    static void delayFirst(String path, int milliseconds) {
        browser.script("""
                const [late, ms] = arguments;
                const real = window.fetch;
                let isFirst = true;
                window.fetch = async (path, options) => {
                  const answer = await real(path, options);
                  if (isFirst && path.includes(late)) {
                    isFirst = false;
                    await new Promise((go) => setTimeout(go, ms));
                  }
                  return answer;
                };
                """, path, milliseconds);
    }
}
