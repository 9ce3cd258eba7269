/**
 * Whole training steps of Inkhorn and of libtorch, by turns in one run: engines, their processes, rounds and reports.
 */
package inkhorn.bench.step;
