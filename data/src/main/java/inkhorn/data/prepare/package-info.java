/**
 * From a source to token files: the split, learning a vocabulary, encoding on all cores, and the directory that holds
 * the result with its manifest.
 */
package inkhorn.data.prepare;
