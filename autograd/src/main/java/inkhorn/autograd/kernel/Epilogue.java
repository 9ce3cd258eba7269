package inkhorn.autograd.kernel;

/**
 * What a matrix product does to each element while it is still in cache: {@code z = product + bias[column]}, then
 * {@code c = f(z)}.
 *
 * @param bias one value a column, or null
 * @param activation a function without parameter, or null
 * @param derivative receives f'(z), all that the backward pass needs, when there is an activation; from index 0; or
 *     null
 */
public record Epilogue(float[] bias, Unary activation, float[] derivative) {
    /** The bare product. */
    public static final Epilogue NONE = new Epilogue(null, null, null);

    public static Epilogue bias(float[] bias) {
        return bias == null ? NONE : new Epilogue(bias, null, null);
    }

    public boolean isNone() {
        return bias == null && activation == null;
    }
}
