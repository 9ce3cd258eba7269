/**
 * Runs to look at: which there are, how far each is, what it has logged, and what a training of this process does right
 * now. All but the last is read from the runs' files, so that a training of another process is seen as well.
 */
package inkhorn.serve.runs;
