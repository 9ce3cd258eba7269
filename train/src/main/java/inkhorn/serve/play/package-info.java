/**
 * The pages Playground and Inside: writing with a served model token by token ({@link inkhorn.serve.play.PlayFeature}),
 * and looking at what it computes ({@link inkhorn.serve.play.InsideFeature}). Knows models and requests; what is
 * computed goes through {@link inkhorn.serve.model.ComputeThread}.
 */
package inkhorn.serve.play;
