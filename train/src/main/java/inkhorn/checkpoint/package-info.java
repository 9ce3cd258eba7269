/**
 * What is on disk of a run: checkpoints that are whole or not there, their pointers, locks and clean-up, and the
 * safetensors format. Nothing here knows a trainer; {@link inkhorn.checkpoint.ModelFiles} alone knows models.
 */
package inkhorn.checkpoint;
