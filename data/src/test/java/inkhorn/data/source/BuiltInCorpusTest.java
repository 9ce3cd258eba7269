package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import inkhorn.data.Fixtures;
import inkhorn.data.files.Hashes;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BuiltInCorpusTest {
    @Test
    void speechBecomesSpeakersThenLinesWithoutStageDirections() throws Exception {
        String play = """
            <PLAY><TITLE>A title</TITLE><PERSONAE><PERSONA>HAMLET</PERSONA></PERSONAE>
            <SPEECH>
            <SPEAKER>CORNELIUS</SPEAKER>
            <SPEAKER>VOLTIMAND </SPEAKER>
            <LINE><STAGEDIR>Aside</STAGEDIR>  In that &amp; all  things</LINE>
            <STAGEDIR>Exeunt</STAGEDIR>
            <LINE>will we show
            our duty.</LINE>
            </SPEECH>
            <SPEECH><SPEAKER>ALL</SPEAKER><LINE><STAGEDIR>Sing</STAGEDIR></LINE></SPEECH>
            <SPEECH><SPEAKER></SPEAKER><LINE>Two households.</LINE></SPEECH>
            </PLAY>""";
        List<String> speeches = new ArrayList<>();
        BuiltInCorpus.addSpeeches(new ByteArrayInputStream(play.getBytes(StandardCharsets.UTF_8)), speeches);
        assertThat(speeches).containsExactly("CORNELIUS:\nVOLTIMAND:\nIn that & all things\nwill we show our duty.\n",
                "Two households.\n");
    }

    @Test
    void threePlaysInTinyShakespearesLayout() {
        String text = BuiltInCorpus.text();
        assertThat(text.length()).isEqualTo(401_485);
        assertThat(text).endsWith(".\n").doesNotContain("\n\n\n", "  ", "\r", "\t");
        assertThat(text.chars().filter(c -> c > 126).count()).isZero();
        assertThat(text).contains("HAMLET:\nTo be, or not to be: that is the question:\n",
                "First Witch:\nWhen shall we three meet again\n",
                "\n\nSAMPSON:\nGregory, o' my word, we'll not carry coals.\n\nGREGORY:\n");
        List<String> speeches = List.of(text.substring(0, text.length() - 1).split("\n\n"));
        assertThat(speeches).hasSizeGreaterThan(2_600).filteredOn(speech -> !speech.matches("(?s)([^\n]+:\n)+[^\n].*"))
                .hasSizeLessThan(3);
    }

    /** The text for which the comparison below has been made, where the published one is not at hand. */
    @Test
    void threePlaysAreTheOnesThatWereComparedWithThePublishedText() {
        assertThat(Hashes.sha256(BuiltInCorpus.text().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("eea5e3c9a5aa537a1493d0087424e7dcae9abf4d136fd21190dbe624c7d8411a");
    }

    /**
     * The published text contains Romeo and Juliet too; it lost the lines that hold a stage direction, and has one
     * double space.
     */
    @Test
    void everyPublishedLineOfRomeoAndJulietIsThereInOrder() throws Exception {
        Optional<Path> published = Fixtures.publishedTinyShakespeare();
        assumeTrue(published.isPresent(), "the published text is not on this machine");
        String first = "SAMPSON:\nGregory, o' my word";
        String last = "Than this of Juliet and her Romeo.\n";
        List<String> theirs = between(Files.readString(published.get()).replace("LADY  CAPULET", "LADY CAPULET"), first,
                last);
        List<String> ours = between(BuiltInCorpus.text(), first, last);
        assertThat(theirs).hasSizeGreaterThan(4_000);
        assertThat(ours).containsSubsequence(theirs).hasSizeLessThan(theirs.size() + 50);
    }

    private static List<String> between(String text, String first, String last) {
        return text.substring(text.indexOf(first), text.indexOf(last) + last.length()).lines().toList();
    }
}
