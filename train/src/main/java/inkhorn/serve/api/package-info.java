/**
 * OpenAI's API: models, completions and chat completions, whole or as a stream, for programs that know it already.
 * {@link inkhorn.serve.api.ApiFeature} has the addresses, {@link inkhorn.serve.api.Wanted} what can be asked for; the
 * texts themselves grow in the batch of {@link inkhorn.serve.model.ServedModel}.
 */
package inkhorn.serve.api;
