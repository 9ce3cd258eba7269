/** How soon Inkhorn and libtorch learn: the validation loss against the seconds of training, each by itself. */
package inkhorn.bench.learn;
