/** nanoGPT's model and optimizer on libtorch, and how a process with libtorch is started. */
package inkhorn.bench.torch;
