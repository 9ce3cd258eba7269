package inkhorn.autograd.kernel;

/**
 * The numbers of one AdamW update:
 * {@code g' = gradientScale·g; m = β1·m + (1-β1)·g'; v = β2·v + (1-β2)·g'²;
 * w -= lr·weightDecay·w; w -= lr · (m/correction1) / (√(v/correction2) + eps)}.
 *
 * @param gradientScale what the gradient is multiplied by first: the clip factor
 * @param correction1 1 - β1^t
 * @param correction2 1 - β2^t
 */
public record AdamWStep(float lr, float beta1, float beta2, float eps, float weightDecay, float gradientScale,
                        float correction1, float correction2) {}
