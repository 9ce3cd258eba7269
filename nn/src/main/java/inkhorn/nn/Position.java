package inkhorn.nn;

/** How a token's position in the text is embedded; its word in configs is the constant's name in lower case. */
public enum Position {
    /** A trained table, as GPT-2's. */
    LEARNED,
    /** The fixed waves of Vaswani et al. 2017, 3.5. */
    SINUSOIDAL
}
