/**
 * Token ids and what a training step draws from them: files of ids, random batches, and a split walked window by
 * window. The base of this module: the other packages build on it, and it knows files alone.
 */
package inkhorn.data;
