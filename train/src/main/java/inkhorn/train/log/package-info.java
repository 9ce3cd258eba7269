/**
 * What a run writes down while it trains: {@code metrics.jsonl} ({@link inkhorn.train.log.RunLog}), which resuming and
 * reports read, and what {@code run.log_to} names besides: a table, TensorBoard's event files,
 * an MLflow server. {@code sessions.jsonl} says on which machine. Of training it knows the records alone.
 */
package inkhorn.train.log;
