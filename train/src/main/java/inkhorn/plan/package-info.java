/**
 * Estimates of the time, memory and disk space of a run before it starts. {@link inkhorn.plan.KernelTimer} measures the
 * kernels that a step on shapes alone calls, {@link inkhorn.plan.StepTime} computes the times of steps and evaluations
 * from them, {@link inkhorn.plan.TimedSteps} measures whole steps for {@link inkhorn.plan.ParallelEfficiency},
 * {@link inkhorn.plan.TextSize} and {@link inkhorn.plan.DiskUse} count tokens and bytes,
 * {@link inkhorn.plan.TrainingPlan} combines all of these, and {@link inkhorn.plan.Caution} warns of a run that will
 * not fit or will hardly learn. Nothing is written.
 */
package inkhorn.plan;
