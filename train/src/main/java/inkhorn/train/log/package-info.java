/**
 * The logs that a run writes while it trains: {@code metrics.jsonl} ({@link inkhorn.train.log.RunLog}), which a resume
 * and reports read, and the logs of {@code run.log_to}: a table, TensorBoard's event files, and an MLflow server.
 * {@code sessions.jsonl} names the machine. From the training, this package uses only the records.
 */
package inkhorn.train.log;
