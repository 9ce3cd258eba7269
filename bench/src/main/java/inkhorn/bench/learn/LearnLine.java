package inkhorn.bench.learn;

/**
 * An evaluation of the whole validation split in a race: a line of its file.
 *
 * @param engine        who trains
 * @param step          steps done
 * @param seconds       that the steps have taken, from the first one on
 * @param evalSeconds   that the evaluations so far have taken, which are not in {@code seconds}
 * @param startSeconds  from the start of the process to the first step, which are not in {@code seconds} either
 * @param trainLoss     mean loss of the batches since the last evaluation, in nats a token
 * @param valLoss       in nats a token
 * @param description   what computes
 */
record LearnLine(String engine, long step, double seconds, double evalSeconds, double startSeconds, double trainLoss,
        double valLoss, String description) {}
