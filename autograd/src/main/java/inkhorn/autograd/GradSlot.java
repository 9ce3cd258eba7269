package inkhorn.autograd;

/**
 * Where an op puts its share of an input's gradient.
 *
 * @param array the gradient's storage, row-major
 * @param add whether something is in it already: add to it, else overwrite every element
 */
public record GradSlot(float[] array, boolean add) {}
