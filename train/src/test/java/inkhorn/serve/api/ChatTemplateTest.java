package inkhorn.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.data.files.Json;
import org.junit.jupiter.api.Test;

final class ChatTemplateTest {

    private static ChatTemplate of(String messages) throws Exception {
        return ChatTemplate.of(Json.MAPPER.readTree(messages.replace('\'', '"')));
    }

    @Test
    void turnsAreThoseOfAPlayBehindTheSystemsText() throws Exception {
        ChatTemplate chat = of("[{'role': 'system', 'content': 'A talk.'}, {'role': 'user', 'content': 'Hello'},"
                + " {'role': 'assistant', 'content': 'Good day'}, {'role': 'user', 'content': [{'type': 'text',"
                + " 'text': 'Who '}, {'type': 'text', 'text': 'are you?'}]}]");
        assertThat(chat.prompt()).isEqualTo("""
                A talk.

                User:
                Hello

                Assistant:
                Good day

                User:
                Who are you?

                Assistant:
                """);
        assertThat(chat.stops()).containsExactly("\n\nUser:");
    }

    @Test
    void aNameStandsForTheRole() throws Exception {
        ChatTemplate chat = of("[{'role': 'user', 'name': 'ROMEO', 'content': 'But soft'}, {'role': 'assistant',"
                + " 'name': 'JULIET', 'content': 'Ay me'}, {'role': 'user', 'name': 'ROMEO',"
                + " 'content': 'She speaks'}]");
        assertThat(chat.prompt()).isEqualTo("ROMEO:\nBut soft\n\nJULIET:\nAy me\n\nROMEO:\nShe speaks\n\nJULIET:\n");
        assertThat(chat.stops()).containsExactly("\n\nUser:", "\n\nROMEO:");
    }
}
