package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class AsciiLocaleTest {

    @Test
    void escapedArgumentsAreAsciiAndComeBack() {
        String[] args = {"日本 é", "a\\u0041\\\\", "😀", "", "plain"};
        assertThat(AsciiLocale.areAscii(AsciiLocale.escaped(args))).isTrue();
        assertThat(AsciiLocale.unescaped(AsciiLocale.escaped(args))).containsExactly(args);
    }

    @Test
    void theProgramsArgumentsAreTheLastOfTheCommandLine() throws CharacterCodingException {
        byte[] commandLine = "java\0-jar\0é.jar\0tokenize\0\0日本 é\0".getBytes(StandardCharsets.UTF_8);
        assertThat(AsciiLocale.decoded(commandLine, new String[] {"tokenize", "", "??"}))
                .containsExactly("tokenize", "", "日本 é");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] commandLine = "java\0Main\0\351t\351\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> AsciiLocale.decoded(commandLine, new String[] {"?t?"}))
                .isInstanceOf(CharacterCodingException.class);
    }

    @Test
    void aCommandLineThatIsNotShownIsRefused() {
        assertThatThrownBy(() -> AsciiLocale.decoded(new byte[0], new String[] {"?"}))
                .isInstanceOf(CharacterCodingException.class);
    }
}
