package inkhorn.generate;

/** Why a text ends. */
public enum FinishReason {
    /** It has the number of tokens asked for. */
    LENGTH,
    /** The model wrote its end-of-text token. */
    END_OF_TEXT,
    /** Whoever received the tokens had enough: a stop string, or an interrupt. */
    STOP,
    /** The context is full and does not slide. */
    CONTEXT,
    /** Every token is excluded, as by a no-repeat n-gram of a small vocabulary. */
    EXHAUSTED
}
