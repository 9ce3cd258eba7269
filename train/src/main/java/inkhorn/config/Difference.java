package inkhorn.config;

/**
 * A key on which two configs differ.
 *
 * @param key   dotted, such as {@code model.n_layer}
 * @param mine  the value here, as YAML shows it
 * @param other the value there
 */
public record Difference(String key, String mine, String other) {
    @Override
    public String toString() {
        return key + " is " + mine + ", not " + other;
    }
}
