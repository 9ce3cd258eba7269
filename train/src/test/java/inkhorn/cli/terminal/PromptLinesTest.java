package inkhorn.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as a terminal sends them. */
class PromptLinesTest {

    private static final String ESC = "\033";

    /** Not every terminal heeds the request for application mode, in which cursor keys send {@code ESC O}. */
    @ParameterizedTest
    @ValueSource(strings = {ESC + "[", ESC + "O"})
    void cursorKeysRecallAndEditInBothModesOfATerminal(String key) throws IOException {
        String up = key + "A";
        String down = key + "B";
        String right = key + "C";
        String left = key + "D";
        String home = key + "H";
        String end = key + "F";
        assertThat(typed("one\rtwo\r" + up + "\r" + up + up + up + down + "\rac" + left + "b\rbd" + home + "a" + right
                + "c" + end + "e\r")).containsExactly("one", "two", "two", "two", "abc", "abcde");
    }

    private static List<String> typed(String keys) throws IOException {
        InputStream in = new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        try (PromptLines prompts =
                new PromptLines(new ExternalTerminal("test", "xterm", in, new ByteArrayOutputStream(),
                StandardCharsets.UTF_8))) {
            for (Optional<String> line = prompts.next(); line.isPresent(); line = prompts.next()) {
                lines.add(line.get());
            }
        }
        return lines;
    }
}
