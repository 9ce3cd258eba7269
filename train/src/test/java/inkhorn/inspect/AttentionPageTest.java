package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class AttentionPageTest {

    private final AttentionView view = Views.of(Views.HOSTILE);

    @Test
    void theDataOfAHostileTextComeBackAsTheyWere() throws IOException {
        JsonNode data = new ObjectMapper().readTree(island(AttentionPage.of(view)));
        StringBuilder text = new StringBuilder();
        data.get("tokens").forEach(token -> text.append(token.get("text").asText()));
        assertThat(text).hasToString(Views.HOSTILE);
        assertThat(data.get("heads")).hasSize(Views.LAYERS * Views.HEADS);
        assertThat(data.get("lens")).hasSize(Views.LAYERS + 1);
        HeadStages head = view.capture().head(1, 2);
        JsonNode last = data.get("heads").get(Views.LAYERS * Views.HEADS - 1);
        for (int q = 0; q < view.tokens().size(); q++) {
            for (int k = 0; k < view.tokens().size(); k++) {
                assertThat(last.get("scores").get(q).get(k).asDouble()).isCloseTo(head.scores()[q][k], within(6e-4));
                assertThat(last.get("weights").get(q).get(k).asDouble()).isCloseTo(head.weights()[q][k], within(6e-5));
            }
        }
    }

    @Test
    void noTokenBecomesMarkup() throws IOException {
        String page = AttentionPage.of(view);
        assertThat(island(page)).doesNotContain("<", ">", "&", "\u2028").contains("\\u003c", "\\u0026", "\\\"");
        assertThat(page.split("</script>", -1)).hasSize(3);
        assertThat(page).doesNotContain("<b>");
    }

    @Test
    void thePolicyAllowsThePagesOwnScriptAndStyleAndNothingElse() throws Exception {
        String page = AttentionPage.of(view);
        assertThat(page).contains("default-src 'none'",
                "script-src '" + hash(page, "<script type=\"module\">(.*?)</script>") + "'",
                "style-src '" + hash(page, "<style>(.*?)</style>") + "'");
        assertThat(page).doesNotContainPattern("(src|href)=")
                .doesNotContain("http:", "https:", " style=", "@import", "innerHTML");
        assertThat(page).doesNotContainPattern(" on[a-z]+=");
    }

    @Test
    void aPageTooLargeForABrowserIsRefusedWithWhatWouldFit() {
        assertThatThrownBy(() -> AttentionPage.of(new AttentionView("large", view.capture(),
                Collections.nCopies(1000, view.tokens().get(0)), view.label(), view.layers(), view.heads())))
                .isInstanceOf(UserError.class).hasMessageContaining("6 heads with 1000 tokens")
                .hasMessageContaining("at most 577 tokens");
    }

    private static String island(String page) {
        return group(page, "<script type=\"application/json\" id=\"data\">(.*?)</script>");
    }

    private static String hash(String page, String pattern) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest(group(page, pattern).getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    private static String group(String page, String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(page);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
