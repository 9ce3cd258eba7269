package inkhorn.nn;

/** How a model knows where in the text a token stands. */
public enum Position {

    /** A trained table, as GPT-2's. */
    LEARNED("learned"),
    /** The fixed waves of Vaswani et al. 2017, 3.5. */
    SINUSOIDAL("sinusoidal");

    private final String word;

    Position(String word) {
        this.word = word;
    }

    /** Its name in configs. */
    public String word() {
        return word;
    }
}
