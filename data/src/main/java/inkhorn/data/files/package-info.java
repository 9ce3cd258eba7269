/**
 * What every package that reads and writes files shares: atomic writes, SHA-256, JSON, what UTF-8 cannot hold, and
 * the checks that a path is a regular file. Knows no other package of this module.
 */
package inkhorn.data.files;
