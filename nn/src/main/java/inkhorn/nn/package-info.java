/**
 * Modules and the models made of them: each module registers its parameters where its fields are assigned, a
 * {@link inkhorn.nn.LanguageModel} scores the next token, and {@link inkhorn.nn.GptConfig} is the one record of a GPT's
 * architecture. Knows tensors and ops; knows nothing of files, text and training.
 */
package inkhorn.nn;
