/**
 * Low-rank adaptation (Hu et al. 2021): a model's weights stay as they are, and beside chosen matrices terms of low
 * rank are trained. Stands on the seam of {@link inkhorn.nn.Linear}; knows nothing of files.
 */
package inkhorn.nn.lora;
