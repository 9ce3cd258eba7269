package inkhorn.report;

/** Text in a page. */
final class Html {

    private Html() {
    }

    /** As text or as the value of an attribute in quotes. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                // No XML, and no HTML either, has the other control characters.
                default -> safe.append(c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7F ? '\uFFFD' : c);
            }
        }
        return safe.toString();
    }
}
