/**
 * The pages Playground and Inside. {@link inkhorn.serve.play.PlayFeature} generates text with a served model token by
 * token, and {@link inkhorn.serve.play.InsideFeature} shows what the model computes. This package depends on models and
 * requests; all computation runs on {@link inkhorn.serve.model.ComputeThread}.
 */
package inkhorn.serve.play;
