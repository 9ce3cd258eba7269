/**
 * Looking inside a model: its summary ({@link inkhorn.inspect.ModelSummary}), what one forward pass computes
 * ({@link inkhorn.inspect.ForwardCapture}) as tables, pictures, pages and data, and which tokens are alike. Knows
 * models; knows nothing of training.
 */
package inkhorn.inspect;
