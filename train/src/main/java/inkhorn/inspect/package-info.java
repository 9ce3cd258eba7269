/**
 * Looking inside a model: its summary ({@link inkhorn.inspect.ModelSummary}), what one forward pass computes
 * ({@link inkhorn.inspect.ForwardCapture}) as tables, pictures, pages and data, which tokens are alike, and how
 * a token is written so that it can be seen ({@link inkhorn.inspect.Quoted}). Knows models; knows nothing of training.
 */
package inkhorn.inspect;
