package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.DataException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLinesTest {

    @Test
    void aJsonLineThatWouldFillTheMemoryIsNamed() throws IOException {
        Reader reader = new StringReader("{\"text\":\"short\"}\n{\"text\":\"" + "long ".repeat(60_000) + "\"}\n");
        JsonLines lines = new JsonLines(reader, "lines.jsonl", List.of("text"), 100_000);
        assertThat(lines.next()).isTrue();
        assertThatThrownBy(lines::next).isInstanceOf(DataException.class)
                .hasMessageStartingWith("lines.jsonl: line 2 is longer than 100,000 characters");
    }
}
