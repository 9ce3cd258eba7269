/** Tokens a second of decoding, with the cache of keys and values and without. */
package inkhorn.bench.decode;
