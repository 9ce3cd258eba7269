package inkhorn.nn;

/** How a token's position in the text is embedded; its word in configs is the constant's name in lower case. */
public enum Position {
    /** A trained table, as GPT-2's. */
    LEARNED,
    /** The fixed waves of Vaswani et al. 2017, 3.5. */
    SINUSOIDAL,
    /** No table: queries and keys are rotated by angles of their position (Su et al. 2021, 3.2). */
    ROPE,
    /** No table: a score is lower the further apart query and key are, by a slope of the head (Press et al. 2022). */
    ALIBI;

    /** Whether a table with a row for each position is added to the tokens, as in GPT-2. */
    public boolean isTable() {
        return this == LEARNED || this == SINUSOIDAL;
    }
}
