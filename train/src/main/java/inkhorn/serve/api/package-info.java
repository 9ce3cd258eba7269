/**
 * OpenAI's API for programs that already use it: models, completions and chat completions, whole or as a stream.
 * {@link inkhorn.serve.api.ApiFeature} has the addresses, and {@link inkhorn.serve.api.Wanted} the parameters of a
 * request. The texts are generated in the batch of {@link inkhorn.serve.model.ServedModel}.
 */
package inkhorn.serve.api;
