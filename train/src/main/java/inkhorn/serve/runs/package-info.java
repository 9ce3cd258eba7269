/**
 * The pages that show runs: the list of runs, the progress and the log of each run, and the current state of a training
 * in this process. All but the last is read from the files of the runs, so that the pages also show a training of
 * another process.
 */
package inkhorn.serve.runs;
