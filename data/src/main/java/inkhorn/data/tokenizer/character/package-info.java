/** One token for each Unicode code point. */
package inkhorn.data.tokenizer.character;
