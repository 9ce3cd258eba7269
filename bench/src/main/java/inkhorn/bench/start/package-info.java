/** The time from the start of the program to the end of the first training step. */
package inkhorn.bench.start;
