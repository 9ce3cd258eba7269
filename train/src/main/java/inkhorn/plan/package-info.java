/**
 * What a run will take, told before it runs: {@link inkhorn.plan.KernelTimer} measures the kernels that a step on
 * shapes alone calls, {@link inkhorn.plan.StepTime} makes times of steps and evaluations of them,
 * {@link inkhorn.plan.TimedSteps} measures whole steps for {@link inkhorn.plan.ParallelEfficiency},
 * {@link inkhorn.plan.TextSize} and {@link inkhorn.plan.DiskUse} count tokens and bytes,
 * {@link inkhorn.plan.TrainingPlan} puts all together, and {@link inkhorn.plan.Caution} says what will not fit or
 * hardly learn. Nothing is written.
 */
package inkhorn.plan;
