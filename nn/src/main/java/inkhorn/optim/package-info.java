/**
 * Optimizers, learning-rate schedules and gradient clipping: what updates the parameters of a model once their
 * gradients are known. A new optimizer is a class here and a constant of {@link inkhorn.optim.Optimizers}; config key,
 * checkpoint, memory estimate and notes about keys without effect follow from the constant. Nothing here knows of
 * models, data or files.
 */
package inkhorn.optim;
