/**
 * Byte-level BPE: learning and applying merges, Hugging Face's {@code tokenizer.json}, and OpenAI's vocabularies, which
 * jtokkit carries.
 */
package inkhorn.data.tokenizer.bpe;
