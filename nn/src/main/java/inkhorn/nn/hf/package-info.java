/**
 * Hugging Face's formats: for each architecture the keys of its {@code config.json}, how they translate to a model
 * and back, and the names of its tensors in files. Nothing elsewhere knows a {@code model_type}.
 */
package inkhorn.nn.hf;
