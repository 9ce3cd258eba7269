/**
 * The {@link inkhorn.data.tokenizer.Tokenizer} interface, the registry of its kinds, and what several kinds share:
 * cutting text, counting pieces, decoding streams. Each kind has a package below this one; it knows neither the others
 * nor the registry. Nothing here knows where a text comes from.
 */
package inkhorn.data.tokenizer;
