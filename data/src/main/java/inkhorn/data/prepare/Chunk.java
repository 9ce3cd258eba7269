package inkhorn.data.prepare;

/**
 * A part of a document, wholly for training or wholly for validation, whose ids do not depend on its neighbours.
 *
 * @param endsDocument whether it is the document's last
 * @param location of its source, for messages
 */
record Chunk(String text, boolean validation, boolean endsDocument, String location) {}
