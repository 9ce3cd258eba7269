package inkhorn.data.source;

import inkhorn.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Three tragedies of Shakespeare out of the jar, in tiny-shakespeare's layout: {@code SPEAKER:} (a line for each who
 * speaks), the lines, an empty line. Converted when asked for, because the terms of the XML edition (Jon Bosak, 1999;
 * the text is in the public domain) allow passing it on only as it is.
 */
public final class BuiltInCorpus {
    static final String DESCRIPTION = "Hamlet, Macbeth, Romeo and Juliet (built into the jar)";
    private static final String DIRECTORY = "/org/exist/samples/shakespeare/";
    private static final List<String> PLAYS = List.of("hamlet.xml", "macbeth.xml", "r_and_j.xml");

    private BuiltInCorpus() {}

    /** @throws DataException if the plays are not on the class path */
    public static String text() {
        List<String> speeches = new ArrayList<>();
        for (String play : PLAYS) {
            try (InputStream in = BuiltInCorpus.class.getResourceAsStream(DIRECTORY + play)) {
                if (in == null) {
                    throw new DataException("the built-in corpus is not in this jar (" + DIRECTORY + play
                            + " is missing); give a text with --data.path=FILE");
                }
                addSpeeches(in, speeches);
            } catch (IOException | XMLStreamException e) {
                throw new DataException("the built-in corpus is damaged (" + DIRECTORY + play
                        + "); build train.jar again, or give a text with --data.path=FILE", e);
            }
        }
        return String.join("\n", speeches);
    }

    /** Each speech ends with a line break, so that joining by another one leaves an empty line between two. */
    static void addSpeeches(InputStream play, List<String> speeches) throws XMLStreamException {
        XMLStreamReader xml = factory().createXMLStreamReader(play);
        StringBuilder speech = new StringBuilder();
        boolean hasLines = false;
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "SPEECH" -> {
                        speech.setLength(0);
                        hasLines = false;
                    }
                    case "SPEAKER" -> addLine(speech, words(xml), ":");
                    case "LINE" -> hasLines |= addLine(speech, words(xml), "");
                    default -> { }
                }
            } else if (xml.isEndElement() && xml.getLocalName().equals("SPEECH") && hasLines) {
                speeches.add(speech.toString());
            }
        }
    }

    private static boolean addLine(StringBuilder speech, String words, String end) {
        if (words.isEmpty()) {
            return false;
        }
        speech.append(words).append(end).append('\n');
        return true;
    }

    /** The text of the element just begun, single-spaced and without the stage directions inside it. */
    private static String words(XMLStreamReader xml) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        for (int depth = 1; depth > 0; ) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> depth++;
                case XMLStreamConstants.END_ELEMENT -> depth--;
                case XMLStreamConstants.CHARACTERS -> text.append(depth == 1 ? xml.getText() : "");
                default -> { }
            }
        }
        return text.toString().strip().replaceAll("\\s+", " ");
    }

    private static XMLInputFactory factory() {
        // The JDK's own, not one that happens to lie on the class path; nothing outside the play is ever read.
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }
}
