/** One token for each word, punctuation mark and line break. */
package inkhorn.data.tokenizer.word;
