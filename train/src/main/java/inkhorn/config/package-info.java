/**
 * Configs: one record for each section. A config is read from YAML and the command line, with all problems reported
 * together, and can be written back. The keys are the components of the records ({@code nLayer} is {@code n_layer});
 * most keys of the section {@code model} are those of {@code inkhorn.nn.GptConfig}.
 */
package inkhorn.config;
