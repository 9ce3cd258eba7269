/**
 * Configs: one record a section, read from YAML and the command line with every problem reported at once, and written
 * back. Keys and defaults are the records' components ({@code nLayer} is {@code n_layer}); the section {@code model} is
 * {@code inkhorn.nn.GptConfig}.
 */
package inkhorn.config;
