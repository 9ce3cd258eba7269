/**
 * Where a text comes from: files and directories, decompression, UTF-8, JSON lines, the download and the corpus built
 * into the jar. Knows no tokenizer.
 */
package inkhorn.data.source;
