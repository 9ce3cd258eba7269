package inkhorn.train.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.config.RunConfig;
import inkhorn.data.files.Json;
import inkhorn.train.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the records of a run to an MLflow tracking server: the config as parameters, the numbers of the records as
 * metrics, the machine as tags, and the final status. A separate thread sends them from a queue of limited length, so
 * that no step waits for the server. If the server fails or does not answer for too long, there is one warning, the
 * thread tries again later, and the training continues.
 *
 * <p>{@code mlflow.json} in the run directory holds the id of the run on the server and the last step that the server
 * has; a resume continues that run after this step.
 */
final class MlflowLog implements MetricsLog {

    static final String FILE = "mlflow.json";
    private static final Logger LOG = LoggerFactory.getLogger(MlflowLog.class);
    /** Where the client's HTTP library tells of its own retries; held, or else it might be made anew. */
    private static final java.util.logging.Logger HTTP = java.util.logging.Logger.getLogger("org.mlflow_project");
    /** Some hours of records at one a second; a record is some hundred bytes. */
    private static final int LONGEST_QUEUE = 20_000;
    /** Records sent together: the server takes a thousand metrics at once. */
    private static final int BATCH = 100;
    /** Parameters that the server takes at once. */
    private static final int MOST_PARAMS = 100;
    /** What older servers keep of a parameter. */
    private static final int LONGEST_PARAM = 500;
    private static final long NONE = -1;

    /**
     * How long the server is waited for, in milliseconds.
     *
     * @param answer to a request
     * @param retry  after a failure
     * @param end    at the end of the training, for all that is not sent yet
     * @param stop   likewise where the user stopped it
     */
    record Patience(long answer, long retry, long end, long stop) {
    }

    /** The file's form. */
    private record Known(String uri, String runId, long step) {
    }

    /** A record, and when it was made. */
    private record Timed(RunRecord record, long millis) {
    }

    private final RunConfig config;
    private final Patience patience;
    private final Path file;
    private final BlockingQueue<Timed> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final ExecutorService requests = Executors.newSingleThreadExecutor(task -> daemon("mlflow-request", task));
    private final AtomicBoolean warned = new AtomicBoolean();
    private final Thread sender = daemon("mlflow", this::work);
    private final Map<String, String> tags = new HashMap<>();
    private MlflowClient client;
    private volatile Outcome outcome;
    private volatile boolean isDone;
    private volatile boolean isGivenUp;
    private String runId = "";
    private long sentStep = NONE;
    private boolean isOpen;

    private MlflowLog(RunConfig config, Patience patience) {
        this.config = config;
        this.patience = patience;
        file = config.run().directory().resolve(FILE);
        HTTP.setLevel(Level.OFF);
    }

    /**
     * Begins to tell.
     *
     * @param history records that were made before this process; the server is sent those that it does not have
     * @param step    steps done
     * @param isNew   whether it is a run of its own there too
     */
    static MlflowLog open(RunConfig config, List<RunRecord> history, long step, boolean isNew, Patience patience) {
        MlflowLog log = new MlflowLog(config, patience);
        if (isNew) {
            log.forget();
        } else {
            log.recall(step);
        }
        long now = System.currentTimeMillis();
        history.stream().filter(record -> record.step() > log.sentStep)
                .forEach(record -> log.queue.offer(new Timed(record, now)));
        return log;
    }

    /** What the server is told of this process; the thread starts with it. */
    void began(Session session) {
        tags.put("mlflow.runName", config.run().name());
        tags.put("mlflow.source.type", "LOCAL");
        tags.put("mlflow.source.name", "java -jar train.jar " + String.join(" ", session.arguments()));
        tags.put("mlflow.user", System.getProperty("user.name", ""));
        tags.put("inkhorn.machine", session.machine());
        tags.put("inkhorn.version", session.version());
        sender.start();
    }

    @Override
    public void append(RunRecord record) {
        if (sender.getState() == Thread.State.NEW) {
            sender.start();
        }
        if (!queue.offer(new Timed(record, System.currentTimeMillis()))) {
            warn("has not taken " + LONGEST_QUEUE + " records; later ones are left out");
        }
    }

    @Override
    public void close(Outcome how) {
        outcome = how;
        if (sender.getState() == Thread.State.NEW) {
            return;
        }
        sender.interrupt();     // out of its waiting for records
        try {
            sender.join(how == Outcome.STOPPED ? patience.stop() : patience.end());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        isGivenUp = true;
        if (!isDone) {
            warn("has not answered to the end; a resume sends it what it lacks");
        }
        requests.shutdownNow();
    }

    /** Once a process. */
    private void warn(String what) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("MLflow at {} {}; the training goes on, and {} has every record", config.run().mlflowUri(), what,
                    RunLogs.METRICS);
        }
    }

    private void work() {
        List<Timed> batch = new ArrayList<>();
        while (!isDone && !isGivenUp) {
            try {
                boolean ends = outcome != null;
                if (batch.isEmpty()) {
                    fill(batch, ends);
                }
                if (!isOpen) {
                    ask(this::connect);
                    isOpen = true;
                }
                if (!batch.isEmpty()) {
                    List<Timed> sent = List.copyOf(batch);
                    ask(() -> send(sent));
                    sentStep = sent.get(sent.size() - 1).record().step();
                    batch.clear();
                    keep();
                } else if (ends) {
                    ask(this::end);
                    isDone = true;
                }
            } catch (InterruptedException e) {
                // The end: what is queued is sent without waiting for more.
                continue;
            } catch (RejectedExecutionException e) {
                return;     // the program ends
            } catch (TimeoutException e) {
                failed("does not answer within " + patience.answer() + " ms");
            } catch (ExecutionException | IOException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                failed("cannot be told (" + String.valueOf(cause.getMessage()).lines().findFirst().orElse("") + ")");
            }
        }
    }

    private void fill(List<Timed> batch, boolean ends) throws InterruptedException {
        if (!ends) {
            batch.add(queue.take());
        }
        queue.drainTo(batch, BATCH - batch.size());
    }

    /** In a thread that can be given up. */
    private <T> T ask(Callable<T> request) throws InterruptedException, TimeoutException, ExecutionException {
        Future<T> answer = requests.submit(request);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience.answer());
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;     // the end has come; an answer under way is still of use
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void failed(String what) {
        warn(what);
        if (client != null) {
            client.close();     // frees a thread that waits for an answer
            client = null;
        }
        isGivenUp = isGivenUp || outcome != null;
        try {
            Thread.sleep(isGivenUp ? 0 : patience.retry());
        } catch (InterruptedException e) {
            return;
        }
    }

    private Void connect() {
        MlflowClient server = server();
        if (runId.isEmpty()) {
            String experiment = server.getExperimentByName(config.run().mlflowExperiment())
                    .map(found -> found.getExperimentId())
                    .orElseGet(() -> server.createExperiment(config.run().mlflowExperiment()));
            runId = server.createRun(experiment).getRunId();
            keepQuietly();
        } else {
            server.sendPost("runs/update", Json.MAPPER.createObjectNode().put("run_id", runId)
                    .put("status", "RUNNING").toString());
        }
        parameters(server);
        tags.forEach((key, value) -> server.setTag(runId, key, value));
        return null;
    }

    /** A parameter of a run there cannot change: one that a resume has changed becomes a tag. */
    private void parameters(MlflowClient server) {
        Map<String, String> there = new HashMap<>();
        server.getRun(runId).getData().getParamsList().forEach(param -> there.put(param.getKey(), param.getValue()));
        List<Param> missing = new ArrayList<>();
        config.values().forEach((key, value) -> {
            String text = String.valueOf(value);
            String shown = text.length() > LONGEST_PARAM ? text.substring(0, LONGEST_PARAM) : text;
            if (!there.containsKey(key) && !shown.isEmpty()) {
                missing.add(Param.newBuilder().setKey(key).setValue(shown).build());
            } else if (there.containsKey(key) && !there.get(key).equals(shown)) {
                tags.put("resumed." + key, shown);
            }
        });
        for (int from = 0; from < missing.size(); from += MOST_PARAMS) {
            server.logBatch(runId, List.of(), missing.subList(from, Math.min(from + MOST_PARAMS, missing.size())),
                    List.<RunTag>of());
        }
    }

    private Void send(List<Timed> records) {
        List<Metric> metrics = new ArrayList<>();
        for (Timed timed : records) {
            Scalars.of(timed.record()).forEach((name, value) -> metrics.add(Metric.newBuilder().setKey(name)
                    .setValue(value).setStep(timed.record().step()).setTimestamp(timed.millis()).build()));
        }
        if (!metrics.isEmpty()) {
            server().logBatch(runId, metrics, List.of(), List.of());
        }
        return null;
    }

    private Void end() {
        server().setTerminated(runId, switch (outcome) {
            case FINISHED -> RunStatus.FINISHED;
            case STOPPED -> RunStatus.KILLED;
            case FAILED -> RunStatus.FAILED;
        });
        return null;
    }

    private MlflowClient server() {
        if (client == null) {
            client = new MlflowClient(config.run().mlflowUri());
        }
        return client;
    }

    private void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw RunLog.failed(file, e);
        }
    }

    /** The run that an earlier process began on this server. */
    private void recall(long step) {
        try {
            if (Files.exists(file) && Json.MAPPER.readTree(Files.readString(file)) instanceof ObjectNode known
                    && known.path("uri").asText().equals(config.run().mlflowUri())) {
                runId = known.path("run_id").asText();
                JsonNode last = known.path("step");
                // What came after the checkpoint is computed again, and may differ after a change of settings.
                sentStep = Math.min(step, last.asLong(NONE));
            }
        } catch (IOException e) {
            LOG.warn("{} is damaged: the run begins anew on the server", file);
        }
    }

    private void keep() throws IOException {
        Path unfinished = file.resolveSibling(".tmp-" + FILE);
        Files.write(unfinished, Json.bytes(new Known(config.run().mlflowUri(), runId, sentStep)));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void keepQuietly() {
        try {
            keep();
        } catch (IOException e) {
            warn("was told, but " + file + " cannot be written");
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
