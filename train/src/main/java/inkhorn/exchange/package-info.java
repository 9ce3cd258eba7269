/**
 * Models in the formats of other programs, in and out. What a model's tensors are called and how its
 * {@code config.json} reads is {@code inkhorn.nn.hf}'s to know; how a file of tensors is read and written,
 * {@code inkhorn.checkpoint}'s.
 */
package inkhorn.exchange;
