/**
 * Writing text with a trained model: logits token by token with and without a cache, the transforms and samplers that
 * choose a token, beam search, and the conditions that end a text. {@link inkhorn.generate.TrainedModel} is the door
 * for programs.
 */
package inkhorn.generate;
